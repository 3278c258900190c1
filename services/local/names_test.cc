#include "services/local/names.h"

#include "services/local/ports.h"

#include <doctest/doctest.h>

namespace xos::local {

namespace {

constexpr std::uint64_t kLargestId = (1ull << 53) - 1;

Names names_of(const char* lineage) {
    const auto names = Names::create(lineage);
    REQUIRE(names.has_value());
    return *names;
}

}  // namespace

TEST_CASE("interface names fit for every id, differ, and lead back") {
    for (const std::uint64_t id :
         {1ull, 35ull, 36ull, 9'999'999'999'999ull, 10'000'000'000'000ull, (1ull << 53) - 1}) {
        CAPTURE(id);
        CHECK(bridge_name({id}).size() <= 15);
        CHECK(port_name({id}).size() <= 15);
        CHECK(network_of_bridge(bridge_name({id})) == ObjectId{id});
    }
    CHECK(bridge_name({17}) == "xb17");
    CHECK(port_name({17}) == "xp17");
    CHECK(port_name({kLargestId}) != port_name({kLargestId - 1}));
    for (const char* other : {"xb", "xbx", "xb017", "eth0", "xB", "xB!", "xp17", ""})
        CHECK_FALSE(network_of_bridge(other).has_value());
}

TEST_CASE("names of two lineages differ") {
    const Names one = names_of("one");
    const Names two = names_of("two");
    CHECK(one.uplink() != two.uplink());
    CHECK(one.uplink().size() <= 15);
    CHECK(one.group() != two.group());
    CHECK(one.instance_of(one.container({7})) == ObjectId{7});
    CHECK_FALSE(two.instance_of(one.container({7})).has_value());
    CHECK(one.unmark(one.alias("uplink")) == "uplink");
    CHECK_FALSE(two.unmark(one.alias("uplink")).has_value());
    // One lineage that starts as another one does is another all the same.
    CHECK_FALSE(one.instance_of(names_of("one-2").container({7})).has_value());
}

TEST_CASE("a lineage that cannot be part of names is refused") {
    for (const char* lineage : {"", "a b", "a/b", "../x", "-all", "a.b"})
        CHECK_FALSE(Names::create(lineage).has_value());
    CHECK_FALSE(Names::create(std::string(41, 'a')).has_value());
}

TEST_CASE("a port's alias says all of it") {
    PortState port{{31}, {21}, 2, Mac{{6, 0, 0, 0, 0, 31}}, {{0x0a400002}, 24}, false};
    CHECK(format_port(port) == "port 31 instance 21 eth2 06:00:00:00:00:1f 10.64.0.2/24");
    CHECK(parse_port(format_port(port)) == port);
    port.forwards = true;
    CHECK(parse_port(format_port(port)) == port);
    for (const char* text : {"", "port", "uplink", "port 31 instance 21 eth2 06:00 10.64.0.2/24",
                             "port x instance 21 eth2 06:00:00:00:00:1f 10.64.0.2/24"})
        CHECK_FALSE(parse_port(text).has_value());
}

}  // namespace xos::local
