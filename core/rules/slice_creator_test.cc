#include "core/rules/testing/world.h"

#include <doctest/doctest.h>

namespace xos::core {
namespace {

ObjectId make_user(World& world, const std::string& email) {
    return world.make(
        "User", {{"email", email}, {"firstname", "A"}, {"lastname", "B"}, {"site", world.site}});
}

std::vector<ObjectId> admins(const World& world, ObjectId slice) {
    std::vector<ObjectId> users;
    const ObjectId admin = world.only("SliceRole", "role", "admin");
    for (const ObjectId privilege : world.live("SlicePrivilege", "slice", slice)) {
        if (world.link(privilege, "role") == admin)
            users.push_back(world.link(privilege, "user"));
    }
    return users;
}

TEST_CASE("who makes a slice is its creator and gets the privilege admin") {
    World world;
    const ObjectId user = make_user(world, "a@lab.org");
    world.act_as(user);
    const ObjectId slice = world.make_slice("lab_web");
    CHECK(world.link(slice, "creator") == user);
    CHECK(admins(world, slice) == std::vector{user});
}

TEST_CASE("the system makes slices without a creator") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    CHECK(world.link(slice, "creator") == ObjectId{});
    CHECK(admins(world, slice).empty());
}

TEST_CASE("a creator that is given counts, and a new creator is added to the old one") {
    World world;
    const ObjectId first = make_user(world, "a@lab.org"), second = make_user(world, "b@lab.org");
    const ObjectId slice = world.make_slice("lab_web", {{"creator", first}});
    CHECK(admins(world, slice) == std::vector{first});
    world.set(slice, {{"creator", second}});
    CHECK(admins(world, slice) == std::vector{first, second});
}

TEST_CASE("a privilege that the creator holds already is not given twice") {
    World world;
    const ObjectId user = make_user(world, "a@lab.org");
    const ObjectId slice = world.make_slice("lab_web");
    world.make(
        "SlicePrivilege",
        {{"user", user}, {"slice", slice}, {"role", world.only("SliceRole", "role", "admin")}});
    world.set(slice, {{"creator", user}});
    CHECK(admins(world, slice) == std::vector{user});
}

TEST_CASE("the creator's privilege may be taken away, and stays away") {
    World world;
    const ObjectId user = make_user(world, "a@lab.org");
    const ObjectId slice = world.make_slice("lab_web", {{"creator", user}});
    world.remove(world.only("SlicePrivilege", "slice", slice));
    world.set(slice, {{"description", "for pages"}, {"name", "lab_pages"}});
    CHECK(admins(world, slice).empty());
}

TEST_CASE("a slice outlives its creator, and then has none") {
    World world;
    const ObjectId user = make_user(world, "a@lab.org");
    const ObjectId slice = world.make_slice("lab_web", {{"creator", user}});
    world.remove(user);
    CHECK(world.link(slice, "creator") == ObjectId{});
    CHECK(admins(world, slice).empty());
    world.act_as(world.root);
    world.set(slice, {{"description", "orphan"}});
    CHECK(world.link(slice, "creator") == ObjectId{});
}

}  // namespace
}  // namespace xos::core
