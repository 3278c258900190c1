#include "services/local/cloud.h"
#include "services/local/testing/host_fixture.h"

#include <doctest/doctest.h>

namespace xos::local {

using testing::HostFixture;

namespace {

bool can_reach(const HostFixture& host, const Cloud& cloud, std::uint64_t from,
               const std::string& address) {
    return host.inside(cloud, from, "ping -c 1 -W 3 " + address + " >/dev/null && echo reached") ==
           "reached\n";
}

/// What a ping of `arguments` has got after a while in which what can be reached answers.
std::string soon(const HostFixture& host, const Cloud& cloud, std::uint64_t from,
                 const std::string& arguments) {
    return host.inside(cloud, from,
                       "rm -f /tmp/got; (ping -c 1 -W 1 " + arguments +
                           " >/dev/null 2>&1 && touch /tmp/got) & sleep 0.2;"
                           "test -e /tmp/got && echo reached || echo lost");
}

bool cannot_reach(const HostFixture& host, const Cloud& cloud, std::uint64_t from,
                  const std::string& address) {
    return soon(host, cloud, from, address) == "lost\n";
}

Ipv4Prefix prefix(const char* text) {
    const auto parsed = parse_ipv4_prefix(text);
    REQUIRE_OK(parsed);
    return *parsed;
}

Ipv4 address(const char* text) {
    const auto parsed = parse_ipv4(text);
    REQUIRE_OK(parsed);
    return *parsed;
}

/// web is on the NAT network 1 and the private network 2, app on network 2, other on the private
/// network 3 and the NAT network 4.
struct ThreeInstances {
    HostFixture host;
    std::unique_ptr<Cloud> cloud = host.open();
    InstanceSpec web = host.instance(*cloud, 11);
    InstanceSpec app = host.instance(*cloud, 12);
    InstanceSpec other = host.instance(*cloud, 13);

    ThreeInstances() {
        REQUIRE_OK(cloud->ensure_network({.id = {1}, .gateway = prefix("10.64.1.1/24")}));
        REQUIRE_OK(cloud->ensure_network({.id = {2}}));
        REQUIRE_OK(cloud->ensure_network({.id = {3}}));
        REQUIRE_OK(cloud->ensure_network({.id = {4}, .gateway = prefix("10.64.4.1/24")}));
        web.ports = {host.port(101, 1, 0, "10.64.1.2/24"), host.port(102, 2, 1, "10.64.2.2/24")};
        web.ports[0].gateway = address("10.64.1.1");
        app.ports = {host.port(103, 2, 0, "10.64.2.3/24")};
        other.ports = {host.port(104, 3, 0, "10.64.3.2/24"), host.port(105, 4, 1, "10.64.4.2/24")};
        other.ports[1].gateway = address("10.64.4.1");
        for (const InstanceSpec* spec : {&web, &app, &other})
            REQUIRE_OK(cloud->ensure_instance(*spec));
    }
};

}  // namespace

TEST_CASE("who shares a network can talk, who does not cannot") {
    if (testing::skipped())
        return;
    ThreeInstances three;
    CHECK(can_reach(three.host, *three.cloud, 11, "10.64.2.3"));
    CHECK(can_reach(three.host, *three.cloud, 12, "10.64.2.2"));
    CHECK(cannot_reach(three.host, *three.cloud, 12, "10.64.3.2"));
    CHECK(cannot_reach(three.host, *three.cloud, 11, "10.64.4.2"));
    CHECK(cannot_reach(three.host, *three.cloud, 13, "10.64.1.2"));

    // Not even by a route of one's own over a gateway that both could reach.
    three.host.inside(*three.cloud, 13, "ip route add 10.64.2.0/24 via 10.64.4.1");
    CHECK(cannot_reach(three.host, *three.cloud, 13, "10.64.2.3"));
}

TEST_CASE("a network with a way out reaches the host's end, a private one does not") {
    if (testing::skipped())
        return;
    ThreeInstances three;
    const auto uplink = three.cloud->uplink();
    REQUIRE_OK(uplink);
    REQUIRE(uplink->has_value());
    const std::string host_end = format((*uplink)->host_address.address);
    CHECK(can_reach(three.host, *three.cloud, 11, host_end));
    CHECK(can_reach(three.host, *three.cloud, 13, host_end));
    CHECK(cannot_reach(three.host, *three.cloud, 12, host_end));

    // Seen from the host, all of it is the one address of the cloud; and nothing is let in.
    CHECK(three.host.outside(
              "ip route add 10.64.0.0/10 via " + format((*uplink)->cloud_address.address) +
              "; busybox ping -c 1 -W 1 10.64.1.2 >/dev/null || echo lost") == "lost\n");
}

TEST_CASE("the default route is on the lowest number with a way out") {
    if (testing::skipped())
        return;
    ThreeInstances three;
    CHECK(three.host.inside(*three.cloud, 13, "ip route | grep default") ==
          "default via 10.64.4.1 dev eth1 \n");
    CHECK(three.host.inside(*three.cloud, 12, "ip route | grep default").empty());

    three.other.ports.push_back(three.host.port(106, 1, 2, "10.64.1.3/24"));
    three.other.ports[2].gateway = address("10.64.1.1");
    REQUIRE_OK(three.cloud->ensure_instance(three.other));
    CHECK(three.host.inside(*three.cloud, 13, "ip route | grep default") ==
          "default via 10.64.4.1 dev eth1 \n");

    three.other.ports.erase(three.other.ports.begin() + 1);
    REQUIRE_OK(three.cloud->ensure_instance(three.other));
    CHECK(three.host.inside(*three.cloud, 13, "ip route | grep default") ==
          "default via 10.64.1.1 dev eth2 \n");
}

TEST_CASE("ports come and go while the instance runs") {
    if (testing::skipped())
        return;
    ThreeInstances three;
    const auto before = three.cloud->find_instance({12});
    three.app.ports.push_back(three.host.port(107, 3, 1, "10.64.3.3/24"));
    REQUIRE_OK(three.cloud->ensure_instance(three.app));
    CHECK(can_reach(three.host, *three.cloud, 12, "10.64.3.2"));
    CHECK(three.host.inside(*three.cloud, 12, "cat /sys/class/net/eth1/address") ==
          "06:00:00:00:00:6b\n");

    three.app.ports.pop_back();
    REQUIRE_OK(three.cloud->ensure_instance(three.app));
    CHECK(three.host.inside(*three.cloud, 12, "ls /sys/class/net") == "eth0\nlo\n");
    CHECK(cannot_reach(three.host, *three.cloud, 12, "10.64.3.2"));
    CHECK(three.cloud->find_instance({12}).pid == before.pid);

    const auto ports = three.cloud->scan();
    REQUIRE_OK(ports);
    CHECK(ports->ports.size() == 5);
}

TEST_CASE("what others changed of a port is put back") {
    if (testing::skipped())
        return;
    ThreeInstances three;
    three.host.inside(*three.cloud, 11,
                      "ip route del default; ip addr flush dev eth1; ip link set eth0 down");
    CHECK(cannot_reach(three.host, *three.cloud, 11, "10.64.2.3"));
    REQUIRE_OK(three.cloud->ensure_instance(three.web));
    CHECK(can_reach(three.host, *three.cloud, 11, "10.64.2.3"));
    CHECK(three.host.inside(*three.cloud, 11, "ip route | grep default") ==
          "default via 10.64.1.1 dev eth0 \n");

    three.web.ports[1].address = prefix("10.64.2.9/24");
    REQUIRE_OK(three.cloud->ensure_instance(three.web));
    CHECK(can_reach(three.host, *three.cloud, 12, "10.64.2.9"));
    CHECK(cannot_reach(three.host, *three.cloud, 12, "10.64.2.2"));
}

TEST_CASE("an instance cannot send with the addresses of others, unless it forwards") {
    if (testing::skipped())
        return;
    ThreeInstances three;
    const std::string take = "ip addr add 10.64.2.77/24 dev eth0";
    three.host.inside(*three.cloud, 12, take);
    CHECK(soon(three.host, *three.cloud, 12, "-I 10.64.2.77 10.64.2.2") == "lost\n");

    // As a router would: with addresses from behind it, to a neighbor that it has found.
    CHECK(can_reach(three.host, *three.cloud, 12, "10.64.2.2"));
    three.host.inside(*three.cloud, 12, "ip addr add 10.99.0.1/32 dev lo");
    three.host.inside(*three.cloud, 11, "ip route add 10.99.0.0/24 via 10.64.2.3");
    CHECK(soon(three.host, *three.cloud, 12, "-I 10.99.0.1 10.64.2.2") == "lost\n");
    three.app.ports[0].forwards = true;
    REQUIRE_OK(three.cloud->ensure_instance(three.app));
    CHECK(soon(three.host, *three.cloud, 12, "-I 10.99.0.1 10.64.2.2") == "reached\n");
    three.app.ports[0].forwards = false;
    REQUIRE_OK(three.cloud->ensure_instance(three.app));
    CHECK(soon(three.host, *three.cloud, 12, "-I 10.99.0.1 10.64.2.2") == "lost\n");

    // Another Ethernet address is refused too.
    three.host.inside(*three.cloud, 12,
                      "ip link set eth0 down; ip link set eth0 address 06:00:00:00:00:66;"
                      "ip link set eth0 up");
    CHECK(cannot_reach(three.host, *three.cloud, 12, "10.64.2.2"));
    REQUIRE_OK(three.cloud->ensure_instance(three.app));
    CHECK(can_reach(three.host, *three.cloud, 12, "10.64.2.2"));
}

TEST_CASE("a network made private loses its way out, and the last one closes the uplink") {
    if (testing::skipped())
        return;
    ThreeInstances three;
    const auto uplink = three.cloud->uplink();
    REQUIRE_OK(uplink);
    const std::string host_end = format((*uplink)->host_address.address);
    CHECK(three.host.outside("cat /proc/sys/net/ipv4/ip_forward") == "1\n");

    REQUIRE_OK(three.cloud->ensure_network({.id = {1}}));
    CHECK(cannot_reach(three.host, *three.cloud, 11, host_end));
    CHECK(can_reach(three.host, *three.cloud, 13, host_end));
    REQUIRE_OK(three.cloud->ensure_network({.id = {4}}));
    CHECK(cannot_reach(three.host, *three.cloud, 13, host_end));
    CHECK(three.host.outside("ip -o link | grep -v ' lo:'").empty());
    CHECK(three.host.outside("nft list ruleset").empty());
    CHECK(three.host.outside("cat /proc/sys/net/ipv4/ip_forward") == "0\n");
}

}  // namespace xos::local
