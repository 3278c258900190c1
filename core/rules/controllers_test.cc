#include "core/rules/testing/world.h"

#include <doctest/doctest.h>

namespace xos::core {
namespace {

ObjectId make_site(World& world, const std::string& name) {
    return world.make("Site", {{"name", name}, {"login_base", name}, {"abbreviated_name", name}});
}

TEST_CASE("a node is at the site of its site deployment") {
    World world;
    CHECK(world.link(world.node, "site") == world.site);
    const ObjectId other = make_site(world, "other");
    const Error error = world.refusal([&](Steps& steps) {
        steps.make("Node", {{"name", "n3"}, {"site_deployment", world.place}, {"site", other}});
    });
    CHECK(error.message() ==
          "node \"n3\": its site deployment is at site \"Lab\", not at site \"other\": leave site "
          "unset");
    CHECK_FALSE(world.commit([&](Steps& steps) { steps.set(world.node, {{"site", other}}); }));
}

TEST_CASE("a node follows its site deployment to another site") {
    World world;
    const ObjectId other = make_site(world, "other");
    world.set(world.place, {{"site", other}});
    CHECK(world.link(world.node, "site") == other);
    const ObjectId back = world.make(
        "SiteDeployment",
        {{"site", world.site}, {"deployment", world.deployment}, {"controller", world.controller}});
    world.set(world.node, {{"site_deployment", back}});
    CHECK(world.link(world.node, "site") == world.site);
    CHECK(world.link(world.other_node, "site") == other);
}

TEST_CASE("a site with nodes hosts nodes") {
    World world;
    const ObjectId offices = make_site(world, "offices");
    world.set(offices, {{"hosts_nodes", false}});
    const ObjectId place =
        world.make("SiteDeployment", {{"site", offices}, {"deployment", world.deployment}});
    const Error error = world.refusal([&](Steps& steps) {
        steps.make("Node", {{"name", "n3"}, {"site_deployment", place}});
    });
    CHECK(error.message() ==
          "node \"n3\": site \"offices\" hosts no nodes: set its hosts_nodes first");
    CHECK_FALSE(world.commit([&](Steps& steps) {
        steps.set(world.site, {{"hosts_nodes", false}});
    }));
    world.remove(world.node);
    world.remove(world.other_node);
    world.set(world.site, {{"hosts_nodes", false}});
}

TEST_CASE("the controller of a site deployment is of the same deployment") {
    World world;
    const ObjectId elsewhere = world.make_deployment("elsewhere");
    const Error error = world.refusal([&](Steps& steps) {
        steps.make(
            "SiteDeployment",
            {{"site", world.site}, {"deployment", elsewhere}, {"controller", world.controller}});
    });
    CHECK(error.message() ==
          "site deployment \"Lab/elsewhere/back-end\": controller \"back-end\" is of deployment "
          "\"campus\", not of deployment \"elsewhere\"");
    CHECK_FALSE(world.commit([&](Steps& steps) {
        steps.set(world.controller, {{"deployment", elsewhere}});
    }));
    world.must([&](Steps& steps) {
        steps.set(world.controller, {{"deployment", elsewhere}});
        steps.set(world.place, {{"deployment", elsewhere}});
    });
}

TEST_CASE("one controller serves many site deployments, and a site has several controllers") {
    World world;
    const ObjectId other = make_site(world, "other");
    world.make(
        "SiteDeployment",
        {{"site", other}, {"deployment", world.deployment}, {"controller", world.controller}});
    const ObjectId second = world.make(
        "Controller",
        {{"name", "second"}, {"backend_type", "local"}, {"deployment", world.deployment}});
    world.make("SiteDeployment",
               {{"site", world.site}, {"deployment", world.deployment}, {"controller", second}});
    CHECK(world.live("SiteDeployment").size() == 3);
}

}  // namespace
}  // namespace xos::core
