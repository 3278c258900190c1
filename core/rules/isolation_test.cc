#include "core/rules/testing/world.h"

#include <doctest/doctest.h>

namespace xos::core {
namespace {

ObjectId vm_slice(World& world) {
    return world.make_slice("lab_vms",
                            {{"default_isolation", "vm"}, {"default_image", world.vm_image}});
}

TEST_CASE("a container needs a container image and a vm a vm image") {
    World world;
    const ObjectId containers = world.make_slice("lab_web"), vms = vm_slice(world);
    CHECK(world.text(world.make_instance(containers), "isolation") == "container");
    CHECK(world.text(world.make_instance(vms), "isolation") == "vm");
    const Error error = world.refusal([&](Steps& steps) {
        steps.make("Instance", {{"slice", containers}, {"name", "a"}, {"isolation", "vm"}});
    });
    CHECK(error.message() ==
          "instance \"a\": isolation vm needs an image of kind vm, and image \"tiny\" is of kind "
          "container");
    CHECK(error.details().at(0).field == "isolation");
    const ObjectId vm = world.only("Instance", "slice", vms);
    CHECK_FALSE(world.commit([&](Steps& steps) { steps.set(vm, {{"isolation", "container"}}); }));
}

TEST_CASE("what an image is of may change: only the next instance is asked") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId instance = world.make_instance(slice);
    world.set(world.image, {{"kind", "vm"}});
    world.set(instance, {{"userData", "echo"}});
    CHECK_FALSE(world.commit([&](Steps& steps) { steps.make("Instance", {{"slice", slice}}); }));
}

TEST_CASE("a container in a vm has a parent, nothing else has one") {
    World world;
    const ObjectId slice = world.make_slice("lab_web"), vms = vm_slice(world);
    const ObjectId vm = world.make_instance(vms, {{"name", "vm"}});
    const ObjectId container = world.make_instance(slice, {{"name", "plain"}});
    const auto refusal = [&](NamedValues values) {
        values.insert(values.end(), {{"slice", slice}, {"name", "a"}});
        return world.refusal([&](Steps& steps) { steps.make("Instance", values); }).message();
    };
    CHECK(refusal({{"isolation", "container_vm"}}) ==
          "instance \"a\": isolation container_vm needs the vm that it runs in as parent");
    CHECK(refusal({{"isolation", "container_vm"}, {"parent", container}}) ==
          "instance \"a\": the parent is a vm, and instance \"plain\" has isolation container");
    CHECK(refusal({{"parent", vm}}) ==
          "instance \"a\": only an instance with isolation container_vm has a parent");
    const ObjectId inside =
        world.make_instance(slice, {{"isolation", "container_vm"}, {"parent", vm}});
    CHECK(world.link(inside, "node") == world.link(vm, "node"));
    CHECK_FALSE(world.commit([&](Steps& steps) { steps.set(inside, {{"parent", {}}}); }));
    CHECK_FALSE(world.commit([&](Steps& steps) { steps.remove(vm); }));
    world.remove(inside);
    world.remove(vm);
}

}  // namespace
}  // namespace xos::core
