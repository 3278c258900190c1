#include "services/local/addresses.h"

#include <doctest/doctest.h>

namespace xos::local {

TEST_CASE("addresses are read and written alike") {
    for (const char* text : {"0.0.0.0", "10.64.0.1", "255.255.255.255"}) {
        REQUIRE(parse_ipv4(text).has_value());
        CHECK(format(*parse_ipv4(text)) == text);
    }
    for (const char* text : {"10.64.0.1/24", "0.0.0.0/0", "1.2.3.4/32"}) {
        REQUIRE(parse_ipv4_prefix(text).has_value());
        CHECK(format(*parse_ipv4_prefix(text)) == text);
    }
    REQUIRE(parse_mac("06:00:00:ab:CD:2a").has_value());
    CHECK(format(*parse_mac("06:00:00:ab:CD:2a")) == "06:00:00:ab:cd:2a");
}

TEST_CASE("what is no address is refused with its text") {
    for (const char* text :
         {"", "1.2.3", "1.2.3.256", "1.2.3.4.5", "1..2.3", "a.b.c.d", "1.2.3.4 "})
        CHECK_FALSE(parse_ipv4(text).has_value());
    for (const char* text : {"1.2.3.4", "1.2.3.4/", "1.2.3.4/33", "1.2.3.4/x", "/24"})
        CHECK_FALSE(parse_ipv4_prefix(text).has_value());
    for (const char* text : {"", "06:00:00:00:00", "06:00:00:00:00:00:00", "06:00:00:00:00:100"})
        CHECK_FALSE(parse_mac(text).has_value());
    CHECK(parse_ipv4("1.2.3").error().message() == "\"1.2.3\" is no IPv4 address");
}

TEST_CASE("networks overlap when one holds the other") {
    const auto overlap = [](const char* a, const char* b) {
        return parse_ipv4_prefix(a)->overlaps(*parse_ipv4_prefix(b));
    };
    CHECK(overlap("10.0.0.0/8", "10.1.2.3/32"));
    CHECK(overlap("10.1.2.3/32", "10.0.0.0/8"));
    CHECK(overlap("0.0.0.0/0", "10.1.2.3/32"));
    CHECK_FALSE(overlap("10.0.0.0/24", "10.0.1.0/24"));
    CHECK(parse_ipv4_prefix("10.64.3.7/24")->network() == *parse_ipv4("10.64.3.0"));
}

}  // namespace xos::local
