#include "services/local/cloud.h"

#include "services/local/testing/host_fixture.h"

#include <doctest/doctest.h>

namespace xos::local {

using testing::HostFixture;

TEST_CASE("an instance runs with eth0 on a network, and goes without a trace") {
    if (testing::skipped())
        return;
    HostFixture host;
    auto cloud = host.open();
    REQUIRE(cloud->problems().empty());
    REQUIRE_OK(cloud->ensure_network({.id = {7}, .name = "private"}));

    InstanceSpec spec = host.instance(*cloud, 21);
    spec.ports = {host.port(31, 7, 0, "10.64.0.2/24")};
    const auto state = cloud->ensure_instance(spec);
    REQUIRE_OK(state);
    CHECK(state->was_started);
    CHECK(host.inside(*cloud, 21, "ip -4 -o addr show eth0").find("10.64.0.2/24") !=
          std::string::npos);

    const auto again = cloud->ensure_instance(spec);
    REQUIRE_OK(again);
    CHECK_FALSE(again->was_started);
    CHECK(again->pid == state->pid);

    REQUIRE_OK(cloud->remove_instance({21}));
    REQUIRE_OK(cloud->remove_network({7}));
    const auto left = cloud->scan();
    REQUIRE_OK(left);
    CHECK(left->instances.empty());
    CHECK(left->networks.empty());
    CHECK(left->ports.empty());
    CHECK(left->disks.empty());
}

TEST_CASE("a plug without its bridge, and what is changed inside, are found and mended") {
    if (testing::skipped())
        return;
    HostFixture host;
    auto cloud = host.open();
    REQUIRE_OK(cloud->ensure_network({.id = {7}, .name = "private"}));
    InstanceSpec spec = host.instance(*cloud, 21);
    spec.ports = {host.port(31, 7, 0, "10.64.0.2/24")};
    REQUIRE_OK(cloud->ensure_instance(spec));
    CHECK(cloud->scan()->loose_ports.empty());
    CHECK(cloud->scan()->broken_instances.empty());

    REQUIRE_OK(cloud->remove_network({7}));
    REQUIRE_OK(cloud->ensure_network({.id = {7}, .name = "private"}));
    CHECK(cloud->scan()->loose_ports == std::vector<ObjectId>{{31}});
    REQUIRE_OK(cloud->ensure_instance(spec));
    CHECK(cloud->scan()->loose_ports.empty());

    for (const char* damage : {"ip addr flush dev eth0", "ip link set eth0 down"}) {
        host.inside(*cloud, 21, damage);
        CHECK(cloud->scan()->broken_instances == std::vector<ObjectId>{{21}});
        REQUIRE_OK(cloud->ensure_instance(spec));
        CHECK(cloud->scan()->broken_instances.empty());
    }
}

TEST_CASE("an uplink that was taken away is made again") {
    if (testing::skipped())
        return;
    HostFixture host;
    auto cloud = host.open();
    REQUIRE_OK(cloud->ensure_network(
        {.id = {7}, .name = "nat", .gateway = parse_ipv4_prefix("10.64.0.1/24").value()}));
    const auto before = cloud->uplink();
    REQUIRE_OK(before);
    REQUIRE(before->has_value());
    host.outside("ip link del " + (*before)->host_interface);
    CHECK_FALSE(cloud->uplink()->has_value());
    REQUIRE_OK(cloud->repair());
    CHECK(cloud->uplink()->has_value());
}

}  // namespace xos::local
