#include "core/rules/port_list.h"

#include <doctest/doctest.h>

namespace xos::core {
namespace {

TEST_CASE("ports have a protocol with a space or a slash, or both protocols") {
    const auto ports = parse_ports("tcp 80, udp/53,8080 ,  tcp/22");
    REQUIRE(ports);
    CHECK(*ports == std::vector<PortRange>{{true, false, 80, 80},
                                           {false, true, 53, 53},
                                           {true, true, 8080, 8080},
                                           {true, false, 22, 22}});
}

TEST_CASE("ranges have a dash or a colon") {
    const auto ports = parse_ports("tcp 8000-8100, 9000:9010, udp 1 - 65535");
    REQUIRE(ports);
    CHECK(*ports == std::vector<PortRange>{{true, false, 8000, 8100},
                                           {true, true, 9000, 9010},
                                           {false, true, 1, 65535}});
}

TEST_CASE("no text is no ports") {
    CHECK(parse_ports("")->empty());
    CHECK(parse_ports("  ")->empty());
}

TEST_CASE("every entry that is no port is told") {
    for (const char* text : {"tcp", "tcp80", "80tcp", "0", "65536", "90-80", "icmp 1", "tcp 80;22",
                             "1-2-3", "-", "80,,90", "tcp x", "99999999999999"})
        CHECK_MESSAGE(!parse_ports(text), text);
    const auto wrong = parse_ports("tcp 80, tcp eighty, 0");
    REQUIRE_FALSE(wrong);
    REQUIRE(wrong.error().details().size() == 2);
    CHECK(wrong.error().details()[0].message.starts_with("\"tcp eighty\" is no port: write"));
}

}  // namespace
}  // namespace xos::core
