#include "core/rules/limit_period.h"
#include "core/rules/testing/world.h"

#include <doctest/doctest.h>

namespace xos::core {
namespace {

constexpr std::int64_t kHour = 3'600'000'000;

struct Limits : World {
    ObjectId slice = make_slice("lab_a");
    ObjectId other = make_slice("lab_b");
    ObjectId small = make("Flavor", {{"name", "small"}, {"cores", std::int64_t{1}}});
    ObjectId big = make("Flavor", {{"name", "big"}, {"cores", std::int64_t{4}}});

    ObjectId limit(const std::string& resource, std::int64_t amount, NamedValues more = {}) {
        NamedValues values{{"deployment", deployment}, {"resource", resource}, {"amount", amount}};
        values.insert(values.end(), more.begin(), more.end());
        return make("DeploymentLimit", values);
    }
    Error refused(ObjectId of, ObjectId flavor) {
        return refusal([&](Steps& steps) {
            steps.make("Instance", {{"slice", of}, {"flavor", flavor}});
        });
    }
    double used(ObjectId limit) const { return std::get<double>(get(limit, "used")); }
};

TEST_CASE_FIXTURE(Limits, "a limit counts what the instances of the deployment use") {
    limit("cores", 5);
    make_instance(slice, {{"flavor", big}});
    const ObjectId last = make_instance(other, {{"flavor", small}});
    CHECK(
        refused(slice, small).message().ends_with("allows 5 cores, and with it there would be 6"));
    CHECK_FALSE(commit([&](Steps& steps) { steps.set(last, {{"flavor", big}}); }));
    remove(last);
    make_instance(slice, {{"flavor", small}});
}

TEST_CASE_FIXTURE(Limits, "a limit is for one slice, the slices of a site, or all") {
    const ObjectId far =
        make("Site", {{"name", "Far"}, {"login_base", "far"}, {"abbreviated_name", "far"}});
    const ObjectId stranger = make_slice("far_a", {{"site", far}});
    limit("instances", 1, {{"slice", slice}});
    limit("instances", 3, {{"site", site}});
    limit("instances", 4);
    make_instance(slice);
    CHECK(refused(slice, small).code() == ErrorCode::Invalid);
    make_instance(other);
    make_instance(other);
    CHECK(refused(other, small).code() == ErrorCode::Invalid);
    make_instance(stranger);
    CHECK(refused(stranger, small).code() == ErrorCode::Invalid);
    CHECK(refusal([&](Steps& steps) {
              steps.make("DeploymentLimit", {{"deployment", deployment},
                                             {"slice", slice},
                                             {"site", site},
                                             {"resource", "cores"},
                                             {"amount", std::int64_t{1}}});
          })
              .message()
              .ends_with("for one slice or for the slices of one site, not for both"));
}

TEST_CASE_FIXTURE(Limits, "lowering a limit ends nothing, and what shrinks is not refused") {
    const ObjectId instance = make_instance(slice, {{"flavor", big}});
    const ObjectId bound = limit("cores", 2);
    CHECK(is_live(instance));
    set(instance, {{"flavor", small}});
    set(bound, {{"amount", std::int64_t{0}}});
    CHECK(is_live(instance));
    remove(bound);
    make_instance(slice, {{"flavor", big}});
}

TEST_CASE_FIXTURE(Limits, "memory and disk are limited as the flavors say") {
    const ObjectId wide =
        make("Flavor",
             {{"name", "wide"}, {"memory_mb", std::int64_t{900}}, {"disk_gb", std::int64_t{20}}});
    limit("memory_mb", 1000);
    make_instance(slice, {{"flavor", wide}});
    CHECK(refused(slice, wide)
              .message()
              .ends_with("allows 1000 memory_mb, and with it there would be 1800"));
    limit("disk_gb", 10);
    CHECK(refused(other, wide).code() == ErrorCode::Invalid);
}

TEST_CASE_FIXTURE(Limits, "core-hours count up with what ran, until they are used up") {
    now = 100 * kHour;
    const ObjectId bound = limit("cores", 10, {{"period", "day"}});
    const ObjectId instance = make_instance(slice, {{"flavor", big}});
    CHECK(used(bound) == 0);
    now += 2 * kHour;
    const ObjectId second = make_instance(other, {{"flavor", small}});
    CHECK(used(bound) == 8);
    now += kHour;
    remove(second);
    CHECK(used(bound) == 13);
    CHECK(refused(slice, small).message().find("is used up: 10 core-hours a day") !=
          std::string::npos);
    CHECK(is_live(instance));
    // Another day begins at hour 120; since then four cores ran for an hour.
    now = 121 * kHour;
    make_instance(slice, {{"flavor", small}});
    CHECK(used(bound) == 4);
}

TEST_CASE_FIXTURE(Limits, "moves, changes and ends are counted once a commit") {
    now = 50 * kHour;
    const ObjectId bound = limit("cores", 100, {{"period", "month"}});
    const ObjectId one = make_instance(slice, {{"flavor", big}});
    const ObjectId two = make_instance(slice, {{"flavor", small}});
    now += kHour;
    must([&](Steps& steps) {
        steps.set(one, {{"flavor", small}});
        steps.remove(two);
        steps.make("Instance", {{"slice", other}, {"flavor", big}});
    });
    CHECK(used(bound) == 5);
    now += kHour;
    set(one, {{"flavor", big}});
    CHECK(used(bound) == 10);
}

TEST_CASE_FIXTURE(Limits, "only cores have a period") {
    CHECK(refusal([&](Steps& steps) {
              steps.make("DeploymentLimit", {{"deployment", deployment},
                                             {"resource", "instances"},
                                             {"amount", std::int64_t{1}},
                                             {"period", "day"}});
          })
              .message()
              .ends_with("only a limit of cores has a period, in which it counts core-hours"));
}

TEST_CASE("periods begin by the calendar") {
    const std::int64_t time = 1'000'000 * (1'708'871'021LL) + 5;  // 2024-02-25 14:23:41, a Sunday.
    CHECK(period_start("hour", time) == 1'000'000 * 1'708'869'600LL);
    CHECK(period_start("day", time) == 1'000'000 * 1'708'819'200LL);
    CHECK(period_start("week", time) == 1'000'000 * 1'708'300'800LL);
    CHECK(period_start("month", time) == 1'000'000 * 1'706'745'600LL);
}

}  // namespace
}  // namespace xos::core
