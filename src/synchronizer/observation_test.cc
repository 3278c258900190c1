#include "synchronizer/observation.h"

#include "synchronizer/testing/fake_api.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace xos::synchronizer {
namespace {

TEST_CASE("all mistakes of a manifest are told at once") {
    const FakeApi api;
    const auto created = Observations::create(
        *api.schema(), "fake",
        {{.type = "Instanze", .actuator = "fake"},
         {.type = "Instance", .actuator = "fake", .reads = {"slice.nam"}, .ready_when = "ip ="},
         {.type = "Network", .actuator = "fake", .reads = {"name = 'a'"}}});
    REQUIRE(!created);
    CHECK(created.error().code() == ErrorCode::Invalid);
    CHECK(created.error().details().size() == 4);
}

TEST_CASE("the mirror needs what is observed, read and linked") {
    const FakeApi api;
    const auto created = Observations::create(
        *api.schema(), "fake", {{.type = "Network", .actuator = "fake", .reads = {"owner.name"}}});
    REQUIRE(created);
    auto types = created->needed_types(*api.schema());
    std::sort(types.begin(), types.end());
    CHECK(types == std::vector<std::string>{"core.Attachment", "core.Instance", "core.Network",
                                            "core.Service", "core.Slice"});
}

TEST_CASE("a follower needs no more than it reads") {
    const FakeApi api;
    const auto created = Observations::create(
        *api.schema(), "fake",
        {{.type = "Network", .actuator = "fake", .role = ObservationSource::Role::Follower}});
    REQUIRE(created);
    CHECK(created->needed_types(*api.schema()).size() == 2);
}

}  // namespace
}  // namespace xos::synchronizer
