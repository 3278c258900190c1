#include "core/rules/testing/world.h"

#include <doctest/doctest.h>

namespace xos::core {
namespace {

std::vector<std::string> networks_of(const World& world, ObjectId slice) {
    std::vector<std::string> names;
    for (const ObjectId network : world.live("Network", "owner", slice))
        names.push_back(world.text(network, "name"));
    return names;
}

using Names = std::vector<std::string>;

TEST_CASE("a slice whose network is unset gets a private network and one with a way out") {
    World world;
    for (const Value& unset : {Value{}, Value{""}, Value{"None"}}) {
        const ObjectId slice =
            world.make("Slice", {{"name", "lab_web"}, {"site", world.site}, {"network", unset}});
        CHECK(networks_of(world, slice) == Names{"lab_web-private", "lab_web-nat"});
        const ObjectId nat = world.only("Network", "name", "lab_web-nat");
        CHECK(world.text(world.link(nat, "template"), "translation") == "NAT");
        CHECK(world.live("NetworkSlice", "slice", slice).size() == 2);
        world.remove(slice);
        CHECK(world.live("Network").empty());
    }
}

TEST_CASE("a slice that wants none of them gets none") {
    World world;
    for (const char* network : {"noauto", "host", "bridged"}) {
        const ObjectId slice = world.make(
            "Slice",
            {{"name", std::string("lab_") + network}, {"site", world.site}, {"network", network}});
        CHECK(networks_of(world, slice).empty());
    }
}

TEST_CASE("automatic networks come once: they may be deleted and asked for no more") {
    World world;
    const ObjectId slice = world.make("Slice", {{"name", "lab_web"}, {"site", world.site}});
    world.remove(world.only("Network", "name", "lab_web-nat"));
    world.set(slice, {{"description", "for pages"}});
    CHECK(networks_of(world, slice) == Names{"lab_web-private"});
    const ObjectId other = world.make_slice("lab_app");
    world.set(other, {{"network", {}}});
    CHECK(networks_of(world, other).empty());
}

TEST_CASE("a network that comes with the slice by that name is taken as it is") {
    World world;
    const ObjectId nat = world.only("NetworkTemplate", "name", "Public shared IPv4");
    ObjectId slice;
    world.must([&](Steps& steps) {
        slice = steps.make("Slice", {{"name", "lab_web"}, {"site", world.site}});
        steps.make("Network", {{"name", "lab_web-private"}, {"owner", slice}, {"template", nat}});
    });
    CHECK(networks_of(world, slice) == Names{"lab_web-private", "lab_web-nat"});
}

TEST_CASE("without the network template a slice with automatic networks is refused") {
    World world;
    world.remove(world.only("NetworkTemplate", "name", "Private"));
    const Error error = world.refusal([&](Steps& steps) {
        steps.make("Slice", {{"name", "lab_web"}, {"site", world.site}});
    });
    CHECK(error.message() ==
          "slice \"lab_web\": there is no network template \"Private\" for its networks; with "
          "network \"noauto\" it gets none");
    CHECK(error.details().at(0).field == "network");
}

}  // namespace
}  // namespace xos::core
