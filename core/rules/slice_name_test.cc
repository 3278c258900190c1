#include "core/rules/testing/world.h"

#include <doctest/doctest.h>

namespace xos::core {
namespace {

Error refused_name(World& world, const std::string& name) {
    return world.refusal([&](Steps& steps) {
        steps.make("Slice", {{"name", name}, {"site", world.site}, {"network", "noauto"}});
    });
}

TEST_CASE("a slice name starts with the login base of its site") {
    World world;
    CHECK(world.text(world.make_slice("lab_web"), "name") == "lab_web");
    CHECK(world.text(world.make_slice("labweb"), "name") == "labweb");
    const Error error = refused_name(world, "web");
    CHECK(error.code() == ErrorCode::Invalid);
    CHECK(error.message() ==
          "slice \"web\": site \"Lab\" has slices whose name starts with \"lab\", such as "
          "\"lab_web\"");
    CHECK(error.details().at(0).field == "name");
}

TEST_CASE("a slice name is more than the login base and has no spaces") {
    World world;
    for (const char* name : {"lab", "lab_", "lab web"})
        CHECK(refused_name(world, name).code() == ErrorCode::Invalid);
}

TEST_CASE("renaming and moving a slice asks again, other changes do not") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId other = world.make(
        "Site", {{"name", "Other"}, {"login_base", "other"}, {"abbreviated_name", "other"}});
    CHECK(world.refusal([&](Steps& steps) {
                   steps.set(slice, {{"name", "web"}});
               })
              .code() == ErrorCode::Invalid);
    CHECK(world.refusal([&](Steps& steps) {
                   steps.set(slice, {{"site", other}});
               })
              .code() == ErrorCode::Invalid);
    world.set(slice, {{"site", other}, {"name", "other_web"}});
    CHECK(world.text(slice, "name") == "other_web");
}

TEST_CASE("a site keeps its login base while slices are named after it") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const Error error = world.refusal([&](Steps& steps) {
        steps.set(world.site, {{"login_base", "attic"}});
    });
    CHECK(error.message() ==
          "site \"Lab\": the name of its slice \"lab_web\" does not go with it: rename that in the "
          "same transaction");
    world.must([&](Steps& steps) {
        steps.set(world.site, {{"login_base", "attic"}});
        steps.set(slice, {{"name", "attic_web"}});
    });
    world.remove(slice);
    world.set(world.site, {{"login_base", "lab"}});
}

}  // namespace
}  // namespace xos::core
