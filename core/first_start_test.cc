#include "core/first_start.h"

#include "core/rules/testing/world.h"

#include <doctest/doctest.h>

namespace xos::core {
namespace {

TEST_CASE("an empty model starts with a root user at home at a site without nodes") {
    World world;
    const ObjectId root = world.only("User", "email", "admin@xos.local");
    CHECK(root == world.root);
    CHECK(std::get<bool>(world.get(root, "is_admin")));
    CHECK(std::get<bool>(world.get(root, "is_active")));
    CHECK(world.text(root, "password").ends_with(" hash"));
    const ObjectId site = world.link(root, "site");
    CHECK(world.text(site, "name") == "xos");
    CHECK_FALSE(std::get<bool>(world.get(site, "hosts_nodes")));
}

TEST_CASE("it starts with the roles, network templates and flavors that others build on") {
    World world;
    CHECK(world.live("SiteRole").size() == 4);
    CHECK(world.live("SliceRole").size() == 2);
    CHECK(world.live("ServiceRole").size() == 2);
    CHECK(world.live("DeploymentRole").size() == 1);
    CHECK(world.text(world.only("XOSCore", "name", "XOS"), "maintenance_mode") == "NORMAL");
    CHECK(world.text(world.only("NetworkTemplate", "name", "Private"), "translation") == "none");
    CHECK(world.text(world.only("NetworkTemplate", "name", "Public shared IPv4"), "translation") ==
          "NAT");
    CHECK(world.text(world.only("NetworkTemplate", "name", "Public dedicated IPv4"),
                     "visibility") == "public");
    for (const char* name : {"m1.small", "m1.medium", "m1.large"})
        CHECK(world.integer(world.only("Flavor", "name", name), "memory_mb") >= 512);
    CHECK(world.text(world.only("Flavor", "default", true), "name") == "m1.small");
}

}  // namespace
}  // namespace xos::core
