#include "core/rules/testing/world.h"

#include <doctest/doctest.h>

namespace xos::core {
namespace {

TEST_CASE("an instance has the image of its slice") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    CHECK(world.link(world.make_instance(slice), "image") == world.image);
    CHECK(world.link(world.make_instance(slice, {{"image", world.image}}), "image") == world.image);
}

TEST_CASE("an instance with another image is refused") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId other = world.make("Image", {{"name", "other"}, {"kind", "container"}});
    const Error error = world.refusal([&](Steps& steps) {
        steps.make("Instance", {{"slice", slice}, {"name", "a"}, {"image", other}});
    });
    CHECK(error.message() ==
          "instance \"a\": slice \"lab_web\" has image \"tiny\": leave image unset");
    CHECK(error.details().at(0).field == "image_id");
    const ObjectId instance = world.make_instance(slice);
    CHECK_FALSE(world.commit([&](Steps& steps) { steps.set(instance, {{"image", other}}); }));
    world.set(instance, {{"image", {}}});
    CHECK(world.link(instance, "image") == world.image);
}

TEST_CASE("a slice without an image takes that of its first instance") {
    World world;
    const ObjectId slice = world.make_slice("lab_web", {{"default_image", {}}});
    world.make_instance(slice, {{"image", world.image}});
    CHECK(world.link(slice, "default_image") == world.image);
    CHECK(world.link(world.make_instance(slice), "image") == world.image);
}

TEST_CASE("else it takes the default of the deployment that the instance names") {
    World world;
    world.set(world.deployment, {{"default_image", world.image}});
    const ObjectId by_deployment = world.make_slice("lab_web", {{"default_image", {}}});
    world.make_instance(by_deployment, {{"deployment", world.deployment}});
    CHECK(world.link(by_deployment, "default_image") == world.image);
    const ObjectId by_node = world.make_slice("lab_app", {{"default_image", {}}});
    world.make_instance(by_node, {{"node", world.node}});
    CHECK(world.link(by_node, "default_image") == world.image);
}

TEST_CASE("when nothing says which image, the instance is refused") {
    World world;
    const ObjectId slice = world.make_slice("lab_web", {{"default_image", {}}});
    const Error error = world.refusal([&](Steps& steps) {
        steps.make("Instance", {{"slice", slice}});
    });
    CHECK(error.message() ==
          "instance \"lab_web-1\": give an image, or set default_image of slice \"lab_web\"");
}

TEST_CASE("the image changes while instances live only when they are replaced with it") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId other = world.make("Image", {{"name", "other"}, {"kind", "container"}});
    world.make("ImageDeployments", {{"image", other}, {"deployment", world.deployment}});
    const ObjectId instance = world.make_instance(slice, {{"name", "a"}});
    const Error error = world.refusal([&](Steps& steps) {
        steps.set(slice, {{"default_image", other}});
    });
    CHECK(error.message() ==
          "slice \"lab_web\": instance \"a\" has image \"tiny\": replace the instances in the same "
          "transaction");
    CHECK_FALSE(world.commit([&](Steps& steps) { steps.set(slice, {{"default_image", {}}}); }));
    world.must([&](Steps& steps) {
        steps.set(slice, {{"default_image", other}});
        steps.remove(instance);
        steps.make("Instance", {{"slice", slice}, {"name", "a"}});
    });
    const ObjectId replaced = world.only("Instance", "slice", slice);
    CHECK(world.link(replaced, "image") == other);
    world.remove(replaced);
    world.set(slice, {{"default_image", {}}});
    CHECK(world.link(slice, "default_image") == ObjectId{});
}

TEST_CASE("the parent of a container in a vm has an image of its own") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const NamedValues vm = {
        {"slice", slice}, {"name", "parent"}, {"image", world.vm_image}, {"isolation", "vm"}};
    CHECK_FALSE(world.commit([&](Steps& steps) { steps.make("Instance", vm); }));
    ObjectId parent, child;
    world.must([&](Steps& steps) {
        parent = steps.make("Instance", vm);
        child = steps.make("Instance",
                           {{"slice", slice}, {"isolation", "container_vm"}, {"parent", parent}});
    });
    CHECK(world.link(child, "image") == world.image);
    // Without its child it is an instance like others.
    CHECK_FALSE(world.commit([&](Steps& steps) { steps.remove(child); }));
    world.must([&](Steps& steps) {
        steps.remove(child);
        steps.remove(parent);
    });
}

}  // namespace
}  // namespace xos::core
