#include "core/rules/ipv4.h"

#include <doctest/doctest.h>

namespace xos::core {
namespace {

TEST_CASE("addresses are read as they are written") {
    CHECK(parse_address("10.64.0.2") == 0x0a400002u);
    CHECK(format_address(0x0a400002) == "10.64.0.2");
    CHECK(format_address(*parse_address("255.255.255.255")) == "255.255.255.255");
    for (const char* wrong : {"", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.-4",
                              "1.2.3.4 ", "a.b.c.d", "1..3.4", "1.2.3.0004"})
        CHECK_FALSE(parse_address(wrong));
}

TEST_CASE("subnets are blocks with room for a gateway and a port") {
    const auto subnet = parse_subnet("10.64.1.0/24");
    REQUIRE(subnet);
    CHECK(format_subnet(*subnet) == "10.64.1.0/24");
    CHECK(format_address(subnet->gateway()) == "10.64.1.1");
    CHECK(format_address(subnet->last()) == "10.64.1.255");
    CHECK_FALSE(subnet->is_for_ports(subnet->first));
    CHECK_FALSE(subnet->is_for_ports(subnet->gateway()));
    CHECK(subnet->is_for_ports(subnet->gateway() + 1));
    CHECK_FALSE(subnet->is_for_ports(subnet->last()));
    for (const char* wrong :
         {"10.64.1.0", "10.64.1.1/24", "10.64.1.0/31", "10.0.0.0/7", "10.64.1.0/", "/24", "10/8"})
        CHECK_FALSE(parse_subnet(wrong));
}

TEST_CASE("subnets overlap when one holds the other") {
    const Subnet large = *parse_subnet("10.64.0.0/10"), small = *parse_subnet("10.64.1.0/24");
    CHECK(large.overlaps(small));
    CHECK(small.overlaps(large));
    CHECK_FALSE(small.overlaps(*parse_subnet("10.64.2.0/24")));
    CHECK_FALSE(small.overlaps(*parse_subnet("10.64.0.0/24")));
}

}  // namespace
}  // namespace xos::core
