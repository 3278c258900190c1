#include "core/rules/testing/world.h"

#include <doctest/doctest.h>

namespace xos::core {
namespace {

ObjectId flavor(World& world, const char* name) {
    return world.only("Flavor", "name", name);
}

TEST_CASE("flavor and isolation are the slice's") {
    World world;
    const ObjectId slice =
        world.make_slice("lab_web", {{"default_flavor", flavor(world, "m1.large")}});
    const ObjectId instance = world.make_instance(slice);
    CHECK(world.link(instance, "flavor") == flavor(world, "m1.large"));
    CHECK(world.text(instance, "isolation") == "container");
}

TEST_CASE("what is given counts, and what is taken away is filled in again") {
    World world;
    const ObjectId slice =
        world.make_slice("lab_web", {{"default_flavor", flavor(world, "m1.large")}});
    const ObjectId instance = world.make_instance(slice, {{"flavor", flavor(world, "m1.medium")}});
    CHECK(world.link(instance, "flavor") == flavor(world, "m1.medium"));
    world.set(instance, {{"flavor", {}}});
    CHECK(world.link(instance, "flavor") == flavor(world, "m1.large"));
    world.set(slice, {{"default_flavor", {}}});
    CHECK(world.link(instance, "flavor") == flavor(world, "m1.large"));
}

TEST_CASE("else the flavor is that of the deployment named, else the one marked as default") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    world.set(world.deployment, {{"default_flavor", flavor(world, "m1.medium")}});
    CHECK(world.link(world.make_instance(slice, {{"deployment", world.deployment}}), "flavor") ==
          flavor(world, "m1.medium"));
    CHECK(world.link(world.make_instance(slice, {{"node", world.node}}), "flavor") ==
          flavor(world, "m1.medium"));
    CHECK(world.link(world.make_instance(slice), "flavor") == flavor(world, "m1.small"));
}

TEST_CASE("without any flavor the instance is refused") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    world.set(flavor(world, "m1.small"), {{"default", false}});
    const Error error = world.refusal([&](Steps& steps) {
        steps.make("Instance", {{"slice", slice}, {"name", "a"}});
    });
    CHECK(error.message() ==
          "instance \"a\": give a flavor, or set default_flavor of slice \"lab_web\"");
    CHECK(error.details().at(0).field == "flavor_id");
}

TEST_CASE("the creator of an instance is the caller") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    CHECK(world.link(world.make_instance(slice), "creator") == ObjectId{});
    world.act_as(world.root);
    const ObjectId instance = world.make_instance(slice);
    CHECK(world.link(instance, "creator") == world.root);
    world.set(instance, {{"creator", {}}});
    CHECK(world.link(instance, "creator") == ObjectId{});
}

TEST_CASE("the deployment of an instance is its node's") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId elsewhere = world.make_deployment("elsewhere");
    const ObjectId instance = world.make_instance(slice, {{"node", world.node}});
    CHECK(world.link(instance, "deployment") == world.deployment);
    const Error error = world.refusal([&](Steps& steps) {
        steps.make(
            "Instance",
            {{"slice", slice}, {"name", "a"}, {"node", world.node}, {"deployment", elsewhere}});
    });
    CHECK(error.message() ==
          "instance \"a\": node \"n1\" is of deployment \"campus\", not of deployment "
          "\"elsewhere\": leave deployment unset");
    CHECK_FALSE(world.commit([&](Steps& steps) {
        steps.set(instance, {{"deployment", elsewhere}});
    }));
    world.set(instance, {{"deployment", {}}});
    CHECK(world.link(instance, "deployment") == world.deployment);
}

TEST_CASE("instances go to another deployment with their node") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId instance = world.make_instance(slice, {{"node", world.node}});
    const ObjectId elsewhere = world.make_deployment("elsewhere");
    const ObjectId place =
        world.make("SiteDeployment", {{"site", world.site}, {"deployment", elsewhere}});
    world.set(world.node, {{"site_deployment", place}});
    CHECK(world.link(instance, "deployment") == elsewhere);
    world.set(place, {{"deployment", world.deployment}});
    CHECK(world.link(instance, "deployment") == world.deployment);
    const ObjectId far = world.make("Node", {{"name", "far"}, {"site_deployment", place}});
    world.set(instance, {{"node", far}});
    CHECK(world.link(instance, "deployment") == world.deployment);
}

}  // namespace
}  // namespace xos::core
