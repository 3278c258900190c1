#include "core/rules/testing/world.h"

#include <doctest/doctest.h>

namespace xos::core {
namespace {

TEST_CASE("an instance without a name gets the slice's and the lowest free number") {
    World world;
    const ObjectId slice = world.make_slice("lab_web"), other = world.make_slice("lab_app");
    const ObjectId first = world.make_instance(slice), second = world.make_instance(slice);
    CHECK(world.text(first, "name") == "lab_web-1");
    CHECK(world.text(second, "name") == "lab_web-2");
    CHECK(world.text(world.make_instance(other), "name") == "lab_app-1");
    world.remove(first);
    CHECK(world.text(world.make_instance(slice), "name") == "lab_web-1");
    CHECK(world.text(world.make_instance(slice), "name") == "lab_web-3");
}

TEST_CASE("names that are given are passed over where they take a number") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    world.make_instance(slice, {{"name", "lab_web-2"}});
    world.make_instance(slice, {{"name", "lab_web-03"}});
    world.make_instance(slice, {{"name", "front"}});
    std::vector<std::string> names;
    for (int i = 0; i < 3; ++i)
        names.push_back(world.text(world.make_instance(slice), "name"));
    CHECK(names == std::vector<std::string>{"lab_web-1", "lab_web-3", "lab_web-4"});
}

TEST_CASE("several in one transaction are numbered in their order") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    ObjectId first, second, named;
    world.must([&](Steps& steps) {
        first = steps.make("Instance", {{"slice", slice}});
        second = steps.make("Instance", {{"slice", slice}, {"name", ""}});
        named = steps.make("Instance", {{"slice", slice}, {"name", "lab_web-1"}});
    });
    CHECK(world.text(first, "name") == "lab_web-2");
    CHECK(world.text(second, "name") == "lab_web-3");
    CHECK(world.text(named, "name") == "lab_web-1");
}

TEST_CASE("a name is free at deletion, before the back-end is clean") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId first = world.make_instance(slice);
    world.own(first);
    world.remove(first);
    CHECK(world.view().find(first) != nullptr);
    CHECK(world.text(world.make_instance(slice), "name") == "lab_web-1");
}

TEST_CASE("a name that is taken away comes back") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId instance = world.make_instance(slice, {{"name", "front"}});
    world.set(instance, {{"name", {}}});
    CHECK(world.text(instance, "name") == "lab_web-1");
}

TEST_CASE("a name that is given can be a host's name") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    for (const char* name : {"a", "web-1.example", "_x", "7", "A_b"})
        CHECK(world.is_live(world.make_instance(slice, {{"name", name}})));
    for (const char* name :
         {"x\n6.6.6.6 evil", "a/b", "../etc", "a b", "-rf", ".x", "localhost", "ü"})
        CHECK(world
                  .refusal([&](Steps& steps) {
                      steps.make("Instance", {{"slice", slice}, {"name", name}});
                  })
                  .code() == ErrorCode::Invalid);
    CHECK(world.text(world.make_instance(world.make_slice("lab_ü/x")), "name") == "lab_---x-1");
}

}  // namespace
}  // namespace xos::core
