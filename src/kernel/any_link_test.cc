#include "kernel/testing/running_kernel.h"

#include <doctest/doctest.h>

#include <string>

namespace xos::kernel {
namespace {

std::string model() {
    return std::string(small_model()) + R"x(
message Tag::admin_policy (XOSBase) {
    required string name = 1 [max_length = 30];
    required string content_type = 2 [max_length = 100];
    required uint32 object_id = 3;
}
message Bound::bound_policy (XOSBase) {
    required string content_type = 1 [max_length = 100, tosca_key = True];
    required uint32 object_id = 2 [tosca_key = True];
}
policy bound_policy < *(obj.content_object) >
)x";
}

struct World {
    World() : kernel(model()) {
        site = kernel.make("Site", {{"name", "here"}});
        slice = kernel.make("Slice", {{"name", "here_web"}, {"site", site}});
    }
    std::int64_t number(ObjectId id) const { return static_cast<std::int64_t>(id.value); }
    model::Value get(ObjectId tag, std::string_view field) {
        const auto view = kernel.view();
        return model::value_of(kernel.type("Tag"), *view.find(tag), kernel.field("Tag", field));
    }
    std::string refusal(const Operation& operation) {
        auto result = kernel.commit({operation});
        return result ? "" : result.error().message();
    }

    RunningKernel kernel;
    ObjectId site, slice;
};

TEST_CASE("an object of any type is named by type and id, or by a link") {
    World world;
    const ObjectId tag = world.kernel.make(
        "Tag",
        {{"name", "a"}, {"content_type", "core.Slice"}, {"object_id", world.number(world.slice)}});
    CHECK(world.get(tag, "content_object") == model::Value(world.slice));
    const ObjectId other =
        world.kernel.make("Tag", {{"name", "b"}, {"content_object", world.site}});
    CHECK(world.get(other, "content_type") == model::Value("core.Site"));
    CHECK(world.get(other, "object_id") == model::Value(world.number(world.site)));
    const ObjectId lower = world.kernel.make(
        "Tag",
        {{"name", "c"}, {"content_type", "slice"}, {"object_id", world.number(world.slice)}});
    CHECK(world.get(lower, "content_type") == model::Value("core.Slice"));

    REQUIRE(
        world.kernel.commit({world.kernel.update("Tag", tag, {{"content_object", world.site}})}));
    CHECK(world.get(tag, "content_type") == model::Value("core.Site"));
    REQUIRE(world.kernel.commit({world.kernel.update(
        "Tag", tag, {{"content_type", "core.Slice"}, {"object_id", world.number(world.slice)}})}));
    CHECK(world.get(tag, "content_object") == model::Value(world.slice));
}

TEST_CASE("a name of no object is refused with what would be right") {
    World world;
    const auto tag = [&](const char* type, std::int64_t id) {
        return world.kernel.create("Tag",
                                   {{"name", "a"}, {"content_type", type}, {"object_id", id}});
    };
    CHECK(world.refusal(tag("core.Slize", 3))
              .find("content_type: there is no type \"core.Slize\": write it as core.Slice") !=
          std::string::npos);
    CHECK(world.refusal(tag("core.Slice", 999)).find("object_id: there is no core.Slice 999") !=
          std::string::npos);
    CHECK(world.refusal(tag("core.Slice", world.number(world.site)))
              .find("object_id: there is no core.Slice") != std::string::npos);
    CHECK(world.refusal(world.kernel.create("Tag", {{"name", "a"}})).find("is required") !=
          std::string::npos);
    CHECK(
        world
            .refusal(world.kernel.create("Tag", {{"name", "a"}, {"content_object", ObjectId{999}}}))
            .find("there is no object 999") != std::string::npos);
    CHECK(world
              .refusal(world.kernel.create("Tag", {{"name", "a"},
                                                   {"content_type", "core.Site"},
                                                   {"object_id", world.number(world.site)},
                                                   {"content_object", world.slice}}))
              .find("another object") != std::string::npos);
}

TEST_CASE("whoever may not read an object learns nothing by naming it") {
    World world;
    const ObjectId ann = world.kernel.make("User", {{"email", "ann"}});
    const auto refusal = [&](const RunningKernel::Fields& fields) {
        auto result =
            world.kernel.commit({world.kernel.create("Bound", fields)},
                                Principal{.kind = Principal::Kind::User, .id = ann, .name = "ann"});
        return result ? "" : result.error().message();
    };
    const std::string number = std::to_string(world.slice.value);
    CHECK(refusal({{"content_type", "core.Slice"}, {"object_id", world.number(world.slice)}}) ==
          "content_type: there is no object " + number);
    CHECK(refusal({{"content_object", world.slice}}) ==
          "content_object_id: there is no object " + number);
}

TEST_CASE("what hangs on an object goes with it") {
    World world;
    const ObjectId tag = world.kernel.make("Tag", {{"name", "a"}, {"content_object", world.slice}});
    REQUIRE(world.kernel.commit({world.kernel.remove("Slice", world.slice)}));
    CHECK(world.kernel.view().find(tag) == nullptr);
    CHECK(world.kernel.view().find(world.slice) == nullptr);
}

TEST_CASE("\"*(path)\" asks the policies of the object's own type") {
    World world;
    const ObjectId ann = world.kernel.make("User", {{"email", "ann"}});
    const ObjectId root = world.kernel.make("User", {{"email", "root"}, {"is_admin", true}});
    const auto bind = [&](ObjectId user, ObjectId target) {
        return world.kernel
            .commit({world.kernel.create("Bound", {{"content_object", target}})},
                    Principal{.kind = Principal::Kind::User, .id = user, .name = "somebody"})
            .has_value();
    };
    CHECK(bind(root, world.slice));
    CHECK_FALSE(bind(ann, world.slice));
    CHECK(bind(ann, ann));
    CHECK_FALSE(bind(root, ann));  // The key is taken.
}

}  // namespace
}  // namespace xos::kernel
