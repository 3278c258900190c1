#include "core/rules/testing/world.h"

#include <doctest/doctest.h>

namespace xos::core {
namespace {

using Names = std::vector<std::string>;

/// The networks of an instance's ports as "number network".
Names interfaces(const World& world, ObjectId instance) {
    Names names;
    for (const ObjectId port : world.live("Port", "instance", instance))
        names.push_back(std::to_string(world.integer(port, "interface_number")) + " " +
                        world.text(world.link(port, "network"), "name"));
    return names;
}

ObjectId nat(const World& world) {
    return world.only("NetworkTemplate", "name", "Public shared IPv4");
}

TEST_CASE("an instance gets a port on each network of its slice, the one with NAT first") {
    World world;
    const ObjectId slice = world.make("Slice", {{"name", "lab_web"},
                                                {"site", world.site},
                                                {"default_isolation", "container"},
                                                {"default_image", world.image}});
    const ObjectId instance = world.make_instance(slice);
    CHECK(interfaces(world, instance) == Names{"0 lab_web-nat", "1 lab_web-private"});
    CHECK(world.integer(instance, "next_interface_number") == 2);
}

TEST_CASE("networks that come later are further interfaces") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId first = world.make_instance(slice), second = world.make_instance(slice);
    CHECK(interfaces(world, first).empty());
    world.make_network("one", slice);
    world.make_network("two", slice, {{"template", nat(world)}});
    for (const ObjectId instance : {first, second})
        CHECK(interfaces(world, instance) == Names{"0 one", "1 two"});
    CHECK(interfaces(world, world.make_instance(slice)) == Names{"0 two", "1 one"});
}

TEST_CASE("an interface number is not used again while the instance lives") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId one = world.make_network("one", slice);
    const ObjectId instance = world.make_instance(slice);
    world.make_network("two", slice);
    world.remove(one);
    CHECK(interfaces(world, instance) == Names{"1 two"});
    world.make_network("three", slice);
    CHECK(interfaces(world, instance) == Names{"1 two", "2 three"});
    CHECK(interfaces(world, world.make_instance(slice)) == Names{"0 two", "1 three"});
}

TEST_CASE("instances, networks and memberships may come in one transaction, in any order") {
    World world;
    const ObjectId other = world.make_slice("lab_app");
    const ObjectId joined = world.make_network("joined", other, {{"permit_all_slices", true}});
    ObjectId instance;
    world.must([&](Steps& steps) {
        const ObjectId slice = steps.make("Slice", {{"name", "lab_web"},
                                                    {"site", world.site},
                                                    {"network", "noauto"},
                                                    {"default_isolation", "container"},
                                                    {"default_image", world.image}});
        instance = steps.make("Instance", {{"slice", slice}});
        steps.make("NetworkSlice", {{"network", joined}, {"slice", slice}});
        steps.make("Network", {{"name", "own"}, {"owner", slice}, {"template", nat(world)}});
    });
    CHECK(interfaces(world, instance) == Names{"0 own", "1 joined"});
}

TEST_CASE("leaving a network takes the ports away, joining it again gives others") {
    World world;
    const ObjectId owner = world.make_slice("lab_app"), slice = world.make_slice("lab_web");
    const ObjectId network = world.make_network("net", owner, {{"permit_all_slices", true}});
    const ObjectId mine = world.make_instance(owner), instance = world.make_instance(slice);
    const ObjectId membership =
        world.make("NetworkSlice", {{"network", network}, {"slice", slice}});
    CHECK(interfaces(world, instance) == Names{"0 net"});
    world.remove(membership);
    CHECK(interfaces(world, instance).empty());
    CHECK(interfaces(world, mine) == Names{"0 net"});
    world.make("NetworkSlice", {{"network", network}, {"slice", slice}});
    CHECK(interfaces(world, instance) == Names{"1 net"});
}

TEST_CASE("a membership that is made anew in one transaction keeps the ports") {
    World world;
    const ObjectId owner = world.make_slice("lab_app"), slice = world.make_slice("lab_web");
    const ObjectId network = world.make_network("net", owner, {{"permit_all_slices", true}});
    const ObjectId membership =
        world.make("NetworkSlice", {{"network", network}, {"slice", slice}});
    const ObjectId instance = world.make_instance(slice);
    const ObjectId port = world.only("Port", "instance", instance);
    world.must([&](Steps& steps) {
        steps.remove(membership);
        steps.make("NetworkSlice", {{"network", network}, {"slice", slice}});
    });
    CHECK(world.only("Port", "instance", instance) == port);
}

TEST_CASE("ports go with their instance, their network, and their slice") {
    World world;
    const ObjectId owner = world.make_slice("lab_app"), slice = world.make_slice("lab_web");
    const ObjectId network = world.make_network("net", owner, {{"permit_all_slices", true}});
    world.make("NetworkSlice", {{"network", network}, {"slice", slice}});
    const ObjectId mine = world.make_instance(owner);
    world.make_instance(slice);
    const ObjectId instance = world.make_instance(slice);
    world.remove(instance);
    CHECK(world.live("Port").size() == 2);
    world.remove(slice);
    CHECK(world.live("Port").size() == 1);
    world.remove(network);
    CHECK(world.live("Port").empty());
    CHECK(world.is_live(mine));
}

TEST_CASE("a network of one site has ports only of instances there") {
    World world;
    const ObjectId there = world.make(
        "Site", {{"name", "there"}, {"login_base", "there"}, {"abbreviated_name", "there"}});
    const ObjectId controller = world.make(
        "Controller",
        {{"name", "second"}, {"backend_type", "local"}, {"deployment", world.deployment}});
    const ObjectId place =
        world.make("SiteDeployment",
                   {{"site", there}, {"deployment", world.deployment}, {"controller", controller}});
    const ObjectId far = world.make("Node", {{"name", "far"}, {"site_deployment", place}});
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId near_one = world.make_instance(slice, {{"node", world.node}});
    const ObjectId far_one = world.make_instance(slice, {{"node", far}});
    const ObjectId network = world.make_network("net", slice, {{"site", there}});
    CHECK(interfaces(world, near_one).empty());
    CHECK(interfaces(world, far_one) == Names{"0 net"});
    world.set(near_one, {{"node", far}});
    CHECK(interfaces(world, near_one) == Names{"0 net"});
    world.set(network, {{"site", world.site}});
    CHECK(world.live("Port").empty());
    world.set(place, {{"site", world.site}});
    CHECK(interfaces(world, far_one) == Names{"1 net"});
    world.set(network, {{"site", {}}});
    CHECK(world.live("Port").size() == 2);
}

TEST_CASE("ports are not made or deleted by hand against the rule") {
    World world;
    const ObjectId slice = world.make_slice("lab_web"), other = world.make_slice("lab_app");
    const ObjectId network = world.make_network("net", slice);
    const ObjectId foreign = world.make_network("foreign", other);
    const ObjectId instance = world.make_instance(slice, {{"name", "a"}});
    const ObjectId port = world.only("Port", "instance", instance);
    const Error deleted = world.refusal([&](Steps& steps) { steps.remove(port); });
    CHECK(deleted.code() == ErrorCode::Conflict);
    CHECK(deleted.message() ==
          "port \"net/a\": instance \"a\" is on every network of its slice: delete the network "
          "slice or the instance instead");
    const Error made = world.refusal([&](Steps& steps) {
        steps.make("Port", {{"network", foreign}, {"instance", instance}});
    });
    CHECK(
        made.message() ==
        "port \"foreign/a\": instance \"a\" has no place on network \"foreign\": slice \"lab_web\" "
        "joins it by a network slice, and the port comes by itself");
    CHECK_FALSE(world.commit([&](Steps& steps) {
        steps.make("Port", {{"network", network}, {"instance", instance}});
    }));
    CHECK_FALSE(world.commit([&](Steps& steps) { steps.set(port, {{"interface_number", 7}}); }));
    // The network it leaves may be gone in the same transaction.
    world.must([&](Steps& steps) {
        steps.remove(port);
        steps.remove(network);
    });
    CHECK(world.live("Port").empty());
}

TEST_CASE("a port that comes with its instance is the one port there") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId network = world.make_network("net", slice);
    world.make_network("more", slice);
    ObjectId instance, port;
    world.must([&](Steps& steps) {
        instance = steps.make("Instance", {{"slice", slice}});
        port = steps.make("Port", {{"network", network}, {"instance", instance}});
    });
    CHECK(interfaces(world, instance) == Names{"0 net", "1 more"});
    CHECK(world.integer(port, "interface_number") == 0);
    const Error error = world.refusal([&](Steps& steps) {
        const ObjectId second = steps.make("Instance", {{"slice", slice}, {"name", "b"}});
        steps.make("Port", {{"network", network}, {"instance", second}, {"interface_number", 3}});
    });
    CHECK(error.message() ==
          "port \"net/b\": instance \"b\" goes on with number 0: leave interface_number unset");
}

}  // namespace
}  // namespace xos::core
