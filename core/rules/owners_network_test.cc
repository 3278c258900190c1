#include "core/rules/testing/world.h"

#include <doctest/doctest.h>

namespace xos::core {
namespace {

std::vector<ObjectId> members(const World& world, ObjectId network) {
    std::vector<ObjectId> slices;
    for (const ObjectId membership : world.live("NetworkSlice", "network", network))
        slices.push_back(world.link(membership, "slice"));
    return slices;
}

using Ids = std::vector<ObjectId>;

TEST_CASE("the owner of a network is on it") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    CHECK(members(world, world.make_network("net", slice)) == Ids{slice});
}

TEST_CASE("without autoconnect the owner is not, until it is set or joins") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId network = world.make_network("net", slice, {{"autoconnect", false}});
    CHECK(members(world, network).empty());
    world.set(network, {{"autoconnect", true}});
    CHECK(members(world, network) == Ids{slice});
    world.set(network, {{"autoconnect", false}});
    CHECK(members(world, network) == Ids{slice});
    world.remove(world.only("NetworkSlice", "network", network));
    CHECK(members(world, network).empty());
    world.make("NetworkSlice", {{"network", network}, {"slice", slice}});
    CHECK(members(world, network) == Ids{slice});
}

TEST_CASE("a new owner is on it, too") {
    World world;
    const ObjectId first = world.make_slice("lab_web"), second = world.make_slice("lab_app");
    const ObjectId network = world.make_network("net", first);
    world.set(network, {{"owner", second}});
    CHECK(members(world, network) == Ids{first, second});
}

TEST_CASE("the owner cannot be taken off a network with autoconnect") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId network = world.make_network("net", slice);
    const ObjectId membership = world.only("NetworkSlice", "network", network);
    const Error error = world.refusal([&](Steps& steps) { steps.remove(membership); });
    CHECK(error.code() == ErrorCode::Conflict);
    CHECK(error.message() ==
          "network slice \"net/lab_web\": network \"net\" connects its owner while autoconnect is "
          "true: set that to false first, or delete the network");
    // Not even when the network changes at the same time, whichever is looked at first.
    CHECK_FALSE(world.commit([&](Steps& steps) {
        steps.set(network, {{"autoconnect", true}, {"labels", "x"}});
        steps.remove(membership);
    }));
    world.must([&](Steps& steps) {
        steps.set(network, {{"autoconnect", false}});
        steps.remove(membership);
    });
    CHECK(members(world, network).empty());
}

TEST_CASE("a membership may be made anew in one transaction") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId network = world.make_network("net", slice);
    world.must([&](Steps& steps) {
        steps.remove(world.only("NetworkSlice", "network", network));
        steps.make("NetworkSlice", {{"network", network}, {"slice", slice}});
    });
    CHECK(members(world, network) == Ids{slice});
}

TEST_CASE("networks go with their owner, and memberships with either side") {
    World world;
    const ObjectId slice = world.make_slice("lab_web"), other = world.make_slice("lab_app");
    const ObjectId network = world.make_network("net", slice, {{"permit_all_slices", true}});
    world.make("NetworkSlice", {{"network", network}, {"slice", other}});
    world.remove(other);
    CHECK(members(world, network) == Ids{slice});
    world.remove(slice);
    CHECK(world.live("Network").empty());
    CHECK(world.live("NetworkSlice").empty());
}

}  // namespace
}  // namespace xos::core
