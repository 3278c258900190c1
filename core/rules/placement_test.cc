#include "core/rules/testing/world.h"

#include <doctest/doctest.h>

namespace xos::core {
namespace {

std::string refusal(World& world, NamedValues values) {
    values.emplace_back("name", "a");
    return world.refusal([&](Steps& steps) { steps.make("Instance", values); }).message();
}

TEST_CASE("instances go to the node with the fewest, then the lowest id") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    std::vector<ObjectId> nodes;
    for (int i = 0; i < 4; ++i)
        nodes.push_back(world.link(world.make_instance(slice), "node"));
    CHECK(nodes == std::vector{world.node, world.other_node, world.node, world.other_node});
}

TEST_CASE("several in one transaction are spread, and what is being deleted does not count") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    std::vector<ObjectId> made;
    world.must([&](Steps& steps) {
        for (int i = 0; i < 4; ++i)
            made.push_back(steps.make("Instance", {{"slice", slice}}));
    });
    CHECK(world.live("Instance", "node", world.node).size() == 2);
    for (const ObjectId instance : {made[1], made[3]}) {
        world.own(instance);
        world.remove(instance);
    }
    CHECK(world.view().find(made[1]) != nullptr);
    CHECK(world.link(world.make_instance(slice), "node") == world.other_node);
}

TEST_CASE("a node that is given is taken, and one that is taken away is chosen anew") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId instance = world.make_instance(slice, {{"node", world.other_node}});
    CHECK(world.link(instance, "node") == world.other_node);
    world.make_instance(slice, {{"node", world.other_node}});
    world.set(instance, {{"node", {}}});
    CHECK(world.link(instance, "node") == world.node);
}

TEST_CASE("a deployment that is named is kept to") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId far = world.make_deployment("far");
    CHECK(refusal(world, {{"slice", slice}, {"deployment", far}}) ==
          "instance \"a\": no node can take it: deployment \"far\" has no nodes");
    const ObjectId controller =
        world.make("Controller", {{"name", "far"}, {"backend_type", "local"}, {"deployment", far}});
    const ObjectId place = world.make(
        "SiteDeployment", {{"site", world.site}, {"deployment", far}, {"controller", controller}});
    const ObjectId node = world.make("Node", {{"name", "far"}, {"site_deployment", place}});
    for (int i = 0; i < 2; ++i)
        CHECK(world.link(world.make_instance(slice, {{"deployment", far}}), "node") == node);
}

TEST_CASE("the default node of a slice comes first, within the deployment named") {
    World world;
    const ObjectId slice = world.make_slice("lab_web", {{"default_node", world.other_node}});
    for (int i = 0; i < 2; ++i)
        CHECK(world.link(world.make_instance(slice), "node") == world.other_node);
    world.set(world.other_node, {{"enabled", false}});
    CHECK(refusal(world, {{"slice", slice}}) ==
          "instance \"a\": no node can take it: node \"n2\" is not enabled");
}

TEST_CASE("nodes that are not enabled, have no controller, or lack the layer are passed over") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId bare = world.make_deployment("bare");
    const ObjectId place =
        world.make("SiteDeployment", {{"site", world.site}, {"deployment", bare}});
    const ObjectId node = world.make("Node", {{"name", "n3"}, {"site_deployment", place}});
    world.set(world.node, {{"enabled", false}});
    CHECK(world.link(world.make_instance(slice), "node") == world.other_node);
    world.set(world.controller, {{"layers", "[\"vm\",\"bridge\"]"}});
    CHECK(refusal(world, {{"slice", slice}}) ==
          "instance \"a\": no node can take it: node \"n1\" is not enabled; node \"n2\" cannot run "
          "a container: controller \"back-end\" has the layers vm, bridge; node \"n3\" has no "
          "controller, as its site deployment names none");
    world.set(world.controller, {{"layers", "[\"container\",\"vm\"]"}});
    CHECK(world.link(world.make_instance(slice), "node") == world.other_node);
    // Who names a node decides; nobody makes the instance real there.
    CHECK(world.link(world.make_instance(slice, {{"node", node}}), "node") == node);
}

TEST_CASE("a node that is named must be able to take the instance") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId instance = world.make_instance(slice, {{"node", world.node}});
    world.set(world.node, {{"enabled", false}});
    world.set(instance, {{"userData", "echo"}});
    CHECK(refusal(world, {{"slice", slice}, {"node", world.node}}) ==
          "instance \"a\": node \"n1\" is not enabled");
    world.set(world.node, {{"enabled", true}});
    world.set(world.controller, {{"layers", "[\"vm\"]"}});
    CHECK(refusal(world, {{"slice", slice}, {"node", world.node}}) ==
          "instance \"a\": node \"n1\" cannot run a container: controller \"back-end\" has the "
          "layers vm");
}

TEST_CASE("the refusal names at most 20 nodes") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    world.must([&](Steps& steps) {
        steps.set(world.node, {{"enabled", false}});
        steps.set(world.other_node, {{"enabled", false}});
        for (int i = 3; i <= 23; ++i)
            steps.make("Node", {{"name", "n" + std::to_string(i)},
                                {"site_deployment", world.place},
                                {"enabled", false}});
    });
    const std::string message = refusal(world, {{"slice", slice}});
    CHECK(message.ends_with("; node \"n20\" is not enabled; and 3 more"));
}

TEST_CASE("without nodes the refusal says so") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    world.remove(world.node);
    world.remove(world.other_node);
    CHECK(refusal(world, {{"slice", slice}}) ==
          "instance \"a\": no node can take it: there are no nodes");
}

}  // namespace
}  // namespace xos::core
