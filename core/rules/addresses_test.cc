#include "core/rules/testing/world.h"

#include <doctest/doctest.h>

#include <cstdio>

namespace xos::core {
namespace {

using Texts = std::vector<std::string>;

Texts addresses(const World& world, ObjectId network) {
    Texts found;
    for (const ObjectId port : world.live("Port", "network", network))
        found.push_back(world.text(port, "ip"));
    return found;
}

/// Another deployment with a node of its own controller.
ObjectId far_node(World& world) {
    const ObjectId deployment = world.make_deployment("far");
    ObjectId node;
    world.must([&](Steps& steps) {
        const ObjectId controller = steps.make(
            "Controller", {{"name", "far"}, {"backend_type", "local"}, {"deployment", deployment}});
        const ObjectId place = steps.make(
            "SiteDeployment",
            {{"site", world.site}, {"deployment", deployment}, {"controller", controller}});
        node = steps.make("Node", {{"name", "far"}, {"site_deployment", place}});
    });
    return node;
}

TEST_CASE("a network gets its subnet with its first port") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId one = world.make_network("one", slice), two = world.make_network("two", slice);
    CHECK(world.text(one, "subnet").empty());
    world.make_instance(slice);
    CHECK(world.text(one, "subnet") == "10.64.0.0/24");
    CHECK(world.text(two, "subnet") == "10.64.1.0/24");
    CHECK(addresses(world, one) == Texts{"10.64.0.2"});
    world.make_instance(slice);
    CHECK(addresses(world, one) == Texts{"10.64.0.2", "10.64.0.3"});
    CHECK(addresses(world, two) == Texts{"10.64.1.2", "10.64.1.3"});
}

TEST_CASE("a MAC address is made of the port's id, and no other may be given") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    world.make_network("net", slice);
    world.make_instance(slice);
    const ObjectId port = world.live("Port").at(0);
    char mac[18];
    std::snprintf(mac, sizeof mac, "06:00:00:00:00:%02x", static_cast<unsigned>(port.value));
    CHECK(world.text(port, "mac") == mac);
    CHECK_FALSE(world.commit([&](Steps& steps) {
        steps.set(port, {{"mac", "06:00:00:00:00:ff"}});
    }));
    world.set(port, {{"mac", {}}, {"ip", {}}});
    CHECK(world.text(port, "mac") == mac);
    CHECK(world.text(port, "ip") == "10.64.0.2");
}

TEST_CASE("addresses and subnets are free only when what had them is purged") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId network = world.make_network("net", slice);
    const ObjectId instance = world.make_instance(slice);
    const ObjectId port = world.only("Port", "instance", instance);
    world.own(port);
    world.remove(instance);
    world.make_instance(slice);
    CHECK(addresses(world, network) == Texts{"10.64.0.3"});
    world.confirm_clean(port);
    world.make_instance(slice);
    CHECK(addresses(world, network) == Texts{"10.64.0.3", "10.64.0.2"});
    world.own(world.only("ControllerNetwork", "network", network));
    world.remove(network);
    CHECK(world.view().find(network) != nullptr);
    const ObjectId second = world.make_network("second", slice);
    CHECK(world.text(second, "subnet") == "10.64.1.0/24");
}

TEST_CASE("networks on different controllers may have the same subnet, until they meet") {
    World world;
    const ObjectId far = far_node(world);
    const ObjectId slice = world.make_slice("lab_web"), other = world.make_slice("lab_app");
    const ObjectId one = world.make_network("one", slice);
    const ObjectId two = world.make_network("two", other, {{"permit_all_slices", true}});
    world.make_instance(slice, {{"node", world.node}});
    world.make_instance(other, {{"node", far}});
    CHECK(world.text(one, "subnet") == "10.64.0.0/24");
    CHECK(world.text(two, "subnet") == "10.64.0.0/24");
    const std::string message =
        world
            .refusal([&](Steps& steps) {
                steps.make("NetworkSlice", {{"network", two}, {"slice", slice}});
            })
            .message();
    CHECK(message.find("network \"one\"") != std::string::npos);
    CHECK(message.find("network \"two\"") != std::string::npos);
    CHECK_FALSE(world.commit([&](Steps& steps) {
        steps.make("Instance", {{"slice", other}, {"node", world.node}});
    }));
    const ObjectId third = world.make_slice("lab_third");
    world.make_network("three", third);
    world.make_instance(third, {{"node", far}});
    world.make_instance(slice, {{"node", world.node}});
}

TEST_CASE("a subnet that is given is taken when it is one and overlaps no other") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId one = world.make_network("one", slice, {{"subnet", "10.64.0.0/23"}});
    const ObjectId two = world.make_network("two", slice);
    world.make_instance(slice);
    CHECK(addresses(world, one) == Texts{"10.64.0.2"});
    CHECK(world.text(two, "subnet") == "10.64.2.0/24");
    for (const char* wrong : {"10.64.0.1/24", "10.64.0.0", "10.64.0.0/31", "fd00::/64", "net"}) {
        const Error error = world.refusal([&](Steps& steps) {
            steps.set(two, {{"subnet", wrong}});
        });
        CHECK(error.details().at(0).field == "subnet");
    }
    const Error overlap = world.refusal([&](Steps& steps) {
        steps.set(two, {{"subnet", "10.64.1.0/24"}});
    });
    CHECK(overlap.message() ==
          "network \"two\": 10.64.1.0/24 overlaps 10.64.0.0/23 of network \"one\", which is in the "
          "same places");
    CHECK_FALSE(world.commit([&](Steps& steps) {
        steps.make("Network", {{"name", "three"},
                               {"owner", slice},
                               {"template", world.link(one, "template")},
                               {"subnet", "10.64.1.0/24"}});
    }));
}

TEST_CASE("networks on the same instance do not overlap, even without a controller") {
    World world;
    world.set(world.place, {{"controller", {}}});
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId one = world.make_network("one", slice), two = world.make_network("two", slice);
    world.make_instance(slice, {{"node", world.node}});
    CHECK(world.text(one, "subnet") == "10.64.0.0/24");
    CHECK(world.text(two, "subnet") == "10.64.1.0/24");
    const ObjectId other = world.make_slice("lab_app");
    const ObjectId three = world.make_network("three", other, {{"permit_all_slices", true}});
    world.make_instance(other, {{"node", world.node}});
    CHECK(world.text(three, "subnet") == "10.64.0.0/24");
    CHECK_FALSE(world.commit([&](Steps& steps) {
        steps.make("NetworkSlice", {{"network", three}, {"slice", slice}});
    }));
}

TEST_CASE("ports follow a subnet that changes") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId network = world.make_network("net", slice);
    world.make_instance(slice);
    world.make_instance(slice);
    world.set(network, {{"subnet", "192.168.7.0/28"}});
    CHECK(addresses(world, network) == Texts{"192.168.7.2", "192.168.7.3"});
    world.set(network, {{"subnet", {}}});
    CHECK(world.text(network, "subnet") == "10.64.0.0/24");
    CHECK(addresses(world, network) == Texts{"10.64.0.2", "10.64.0.3"});
    // What is being deleted stays as the back-end has it.
    const ObjectId gone = world.live("Port").at(0);
    world.own(gone);
    world.remove(world.link(gone, "instance"));
    world.set(network, {{"subnet", "192.168.7.0/28"}});
    CHECK(world.text(gone, "ip") == "10.64.0.2");
    CHECK(addresses(world, network) == Texts{"192.168.7.2"});
}

TEST_CASE("a full subnet refuses the instance") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId network = world.make_network("net", slice, {{"subnet", "10.0.0.0/29"}});
    std::vector<ObjectId> made;
    for (int i = 0; i < 5; ++i)
        made.push_back(world.make_instance(slice));
    CHECK(addresses(world, network).back() == "10.0.0.6");
    const Error error = world.refusal([&](Steps& steps) {
        steps.make("Instance", {{"slice", slice}, {"name", "a"}});
    });
    CHECK(error.message() ==
          "instance \"a\": all addresses of 10.0.0.0/29 of network \"net\" are taken");
    world.remove(made[2]);
    world.make_instance(slice);
    CHECK(addresses(world, network).back() == "10.0.0.4");
}

TEST_CASE("when no subnet is free the network is refused") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    world.make_network("all", slice, {{"subnet", "10.64.0.0/10"}});
    world.make_instance(slice);
    const ObjectId other = world.make_slice("lab_app");
    world.make_network("none", other);
    const Error error = world.refusal([&](Steps& steps) {
        steps.make("Instance", {{"slice", other}});
    });
    CHECK(error.message() ==
          "network \"none\": no /24 of 10.64.0.0/10 is free: give it a subnet elsewhere");
}

TEST_CASE("addresses stay within start_ip and end_ip") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId network = world.make_network(
        "net", slice,
        {{"subnet", "10.1.0.0/24"}, {"start_ip", "10.1.0.100"}, {"end_ip", "10.1.0.101"}});
    world.make_instance(slice);
    world.make_instance(slice);
    CHECK(addresses(world, network) == Texts{"10.1.0.100", "10.1.0.101"});
    CHECK_FALSE(world.commit([&](Steps& steps) { steps.make("Instance", {{"slice", slice}}); }));
    CHECK_FALSE(world.commit([&](Steps& steps) { steps.set(network, {{"end_ip", "x"}}); }));
}

TEST_CASE("an address that is given is inside of the subnet and free") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    const ObjectId network = world.make_network("net", slice);
    const ObjectId first = world.make_instance(slice, {{"name", "a"}});
    const ObjectId port = world.only("Port", "instance", first);
    world.make_instance(slice);
    world.set(port, {{"ip", "10.64.0.77"}});
    CHECK(addresses(world, network) == Texts{"10.64.0.77", "10.64.0.3"});
    for (const char* wrong : {"10.64.0.1", "10.64.0.0", "10.64.0.255", "10.65.0.2", "fd00::1"})
        CHECK_FALSE(world.commit([&](Steps& steps) { steps.set(port, {{"ip", wrong}}); }));
    const Error taken = world.refusal([&](Steps& steps) {
        steps.set(port, {{"ip", "10.64.0.3"}});
    });
    CHECK(taken.code() == ErrorCode::Conflict);
    CHECK(taken.message() ==
          "port \"net/a\": the address 10.64.0.3 is taken by port \"net/lab_web-1\"");
}

TEST_CASE("an address may come with the port, and counts before those that are chosen") {
    World world;
    const ObjectId slice = world.make_slice("lab_web");
    ObjectId network, first, second;
    const auto run = [&](const char* ip) {
        return world.commit([&](Steps& steps) {
            network = steps.make("Network", {{"name", "net"},
                                             {"owner", slice},
                                             {"template", world.live("NetworkTemplate").at(0)}});
            first = steps.make("Instance", {{"slice", slice}});
            second = steps.make("Instance", {{"slice", slice}});
            steps.make("Port", {{"network", network}, {"instance", second}, {"ip", ip}});
        });
    };
    CHECK_FALSE(run("10.1.2.3"));
    REQUIRE(run("10.64.0.2"));
    CHECK(world.text(world.only("Port", "instance", second), "ip") == "10.64.0.2");
    CHECK(world.text(world.only("Port", "instance", first), "ip") == "10.64.0.3");
}

}  // namespace
}  // namespace xos::core
