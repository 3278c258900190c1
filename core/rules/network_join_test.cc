#include "core/rules/testing/world.h"

#include <doctest/doctest.h>

namespace xos::core {
namespace {

TEST_CASE("a slice joins a network that permits it") {
    World world;
    const ObjectId owner = world.make_slice("lab_app"), web = world.make_slice("lab_web");
    const ObjectId network =
        world.make_network("net", owner, {{"permitted_slices", std::vector{web}}});
    world.make("NetworkSlice", {{"network", network}, {"slice", web}});
    CHECK(world.live("NetworkSlice").size() == 2);
}

TEST_CASE("a slice joins a network that permits all") {
    World world;
    const ObjectId owner = world.make_slice("lab_app"), web = world.make_slice("lab_web");
    const ObjectId network = world.make_network("net", owner, {{"permit_all_slices", true}});
    world.make("NetworkSlice", {{"network", network}, {"slice", web}});
}

TEST_CASE("a slice that is not permitted is refused, and told who permits") {
    World world;
    const ObjectId owner = world.make_slice("lab_app"), web = world.make_slice("lab_web");
    const ObjectId other = world.make_slice("lab_other");
    const ObjectId network =
        world.make_network("net", owner, {{"permitted_slices", std::vector{other}}});
    const Error error = world.refusal([&](Steps& steps) {
        steps.make("NetworkSlice", {{"network", network}, {"slice", web}});
    });
    CHECK(
        error.message() ==
        "network slice \"net/lab_web\": slice \"lab_web\" may not join network \"net\": its owner "
        "adds the slice to permitted_slices, or sets permit_all_slices");
    CHECK(error.details().at(0).field == "slice_id");
}

TEST_CASE("permission and membership may come in one transaction, in any order") {
    World world;
    const ObjectId owner = world.make_slice("lab_app"), web = world.make_slice("lab_web");
    const ObjectId network = world.make_network("net", owner);
    world.must([&](Steps& steps) {
        steps.make("NetworkSlice", {{"network", network}, {"slice", web}});
        steps.set(network, {{"permitted_slices", std::vector{web}}});
    });
}

TEST_CASE("taking the permission back ends no membership but the next one") {
    World world;
    const ObjectId owner = world.make_slice("lab_app"), web = world.make_slice("lab_web");
    const ObjectId network =
        world.make_network("net", owner, {{"permitted_slices", std::vector{web}}});
    const ObjectId membership = world.make("NetworkSlice", {{"network", network}, {"slice", web}});
    world.set(network, {{"permitted_slices", std::vector<ObjectId>{}}});
    CHECK(world.is_live(membership));
    world.remove(membership);
    CHECK_FALSE(world.commit([&](Steps& steps) {
        steps.make("NetworkSlice", {{"network", network}, {"slice", web}});
    }));
}

}  // namespace
}  // namespace xos::core
