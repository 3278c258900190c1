#include "core/rules/testing/world.h"

#include <doctest/doctest.h>

namespace xos::core {
namespace {

/// Another deployment with a controller and a node.
struct Elsewhere {
    explicit Elsewhere(World& world) : deployment(world.make_deployment("elsewhere")) {
        world.must([&](Steps& steps) {
            controller = steps.make(
                "Controller",
                {{"name", "second"}, {"backend_type", "local"}, {"deployment", deployment}});
            place = steps.make(
                "SiteDeployment",
                {{"site", world.site}, {"deployment", deployment}, {"controller", controller}});
            node = steps.make("Node", {{"name", "far"}, {"site_deployment", place}});
        });
    }
    ObjectId deployment, controller, place, node;
};

std::vector<ObjectId> controllers(const World& world, const char* shadow, const char* of,
                                  ObjectId original) {
    std::vector<ObjectId> found;
    for (const ObjectId id : world.live(shadow, of, original))
        found.push_back(world.link(id, "controller"));
    return found;
}

std::vector<ObjectId> of_slice(const World& world, ObjectId slice) {
    return controllers(world, "ControllerSlice", "slice", slice);
}

std::vector<ObjectId> of_network(const World& world, ObjectId network) {
    return controllers(world, "ControllerNetwork", "network", network);
}

using Ids = std::vector<ObjectId>;

TEST_CASE("a slice and its networks are at a controller while an instance is there") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId network = world.make_network("net", slice);
    CHECK(of_slice(world, slice).empty());
    CHECK(of_network(world, network).empty());
    const ObjectId first = world.make_instance(slice), second = world.make_instance(slice);
    CHECK(of_slice(world, slice) == Ids{world.controller});
    CHECK(of_network(world, network) == Ids{world.controller});
    world.remove(first);
    CHECK(of_slice(world, slice) == Ids{world.controller});
    CHECK(of_network(world, network) == Ids{world.controller});
    world.remove(second);
    CHECK(of_slice(world, slice).empty());
    CHECK(of_network(world, network).empty());
}

TEST_CASE("a network that comes and goes later has its shadow as long as it has ports") {
    World world;
    const ObjectId owner = world.make_slice("lab_app"), slice = world.make_slice("lab_web");
    world.make_instance(slice);
    const ObjectId network = world.make_network("net", owner, {{"permit_all_slices", true}});
    CHECK(of_network(world, network).empty());
    const ObjectId membership =
        world.make("NetworkSlice", {{"network", network}, {"slice", slice}});
    CHECK(of_network(world, network) == Ids{world.controller});
    CHECK(of_slice(world, owner).empty());
    world.remove(membership);
    CHECK(of_network(world, network).empty());
}

TEST_CASE("each controller has its own, and they follow an instance that moves") {
    World world;
    const Elsewhere elsewhere(world);
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId network = world.make_network("net", slice);
    const ObjectId instance = world.make_instance(slice, {{"node", world.node}});
    const ObjectId far = world.make_instance(slice, {{"node", elsewhere.node}});
    CHECK(of_slice(world, slice) == Ids{world.controller, elsewhere.controller});
    CHECK(of_network(world, network) == Ids{world.controller, elsewhere.controller});
    world.set(instance, {{"node", elsewhere.node}});
    CHECK(of_slice(world, slice) == Ids{elsewhere.controller});
    CHECK(of_network(world, network) == Ids{elsewhere.controller});
    world.must([&](Steps& steps) {
        steps.set(instance, {{"node", world.other_node}});
        steps.remove(far);
    });
    CHECK(of_slice(world, slice) == Ids{world.controller});
    CHECK(of_network(world, network) == Ids{world.controller});
}

TEST_CASE("they follow a node that changes its site deployment, and that its controller") {
    World world;
    const Elsewhere elsewhere(world);
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId network = world.make_network("net", slice);
    world.make_instance(slice, {{"node", world.node}});
    world.set(world.node, {{"site_deployment", elsewhere.place}});
    CHECK(of_slice(world, slice) == Ids{elsewhere.controller});
    CHECK(of_network(world, network) == Ids{elsewhere.controller});
    world.set(elsewhere.place, {{"controller", {}}});
    CHECK(of_slice(world, slice).empty());
    CHECK(of_network(world, network).empty());
    world.set(elsewhere.place, {{"controller", elsewhere.controller}});
    CHECK(of_slice(world, slice) == Ids{elsewhere.controller});
    CHECK(of_network(world, network) == Ids{elsewhere.controller});
}

TEST_CASE("shadows go with what they stand for") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId network = world.make_network("net", slice);
    world.make_instance(slice);
    world.remove(network);
    CHECK(world.live("ControllerNetwork").empty());
    world.remove(slice);
    CHECK(world.live("ControllerSlice").empty());
    CHECK(world.live("Instance").empty());
}

TEST_CASE("a deleted instance needs no shadow, even while its back-end is not clean") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    world.make_network("net", slice);
    const ObjectId instance = world.make_instance(slice);
    const ObjectId shadow = world.only("ControllerNetwork", "controller", world.controller);
    world.own(instance);
    world.own(shadow);
    world.remove(instance);
    CHECK(world.live("ControllerNetwork").empty());
    world.make_instance(slice);
    const ObjectId next = world.only("ControllerNetwork", "controller", world.controller);
    CHECK(next != shadow);
    CHECK(world.view().find(shadow) != nullptr);
    world.confirm_clean(shadow);
    CHECK(world.view().find(shadow) == nullptr);
    CHECK(world.is_live(next));
}

TEST_CASE("shadows are not made or deleted by hand against the rule") {
    World world;
    const Elsewhere elsewhere(world);
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId instance = world.make_instance(slice);
    const ObjectId shadow = world.only("ControllerSlice", "slice", slice);
    const Error deleted = world.refusal([&](Steps& steps) { steps.remove(shadow); });
    CHECK(deleted.code() == ErrorCode::Conflict);
    CHECK(deleted.message() ==
          "controller slice \"back-end/lab_web\": instances need it: delete these first");
    const Error made = world.refusal([&](Steps& steps) {
        steps.make("ControllerSlice", {{"controller", elsewhere.controller}, {"slice", slice}});
    });
    CHECK(made.message() ==
          "controller slice \"second/lab_web\": slice \"lab_web\" has no instance on controller "
          "\"second\": it comes by itself with the first one");
    world.must([&](Steps& steps) {
        steps.remove(shadow);
        steps.remove(instance);
    });
    CHECK(world.live("ControllerSlice").empty());
}

}  // namespace
}  // namespace xos::core
