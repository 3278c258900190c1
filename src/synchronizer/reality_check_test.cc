#include "synchronizer/reality_check.h"

#include "synchronizer/testing/fake_driver.h"
#include "synchronizer/testing/fake_session.h"

#include <doctest/doctest.h>

namespace xos::synchronizer {
namespace {

struct Fixture {
    FakeApi api;
    FakeDriver driver;
    FakeClock clock;
    FakeSession session{api, driver, clock, {{.type = "Instance", .actuator = "fake"}}};

    Fixture() { api.own({"Instance"}); }

    ObjectId instance() { return api.create("Instance", Json(Json::Object{{"name", "web"}})); }
    void check() {
        session.look_at_reality();
        session.settle();
    }
};

TEST_CASE_FIXTURE(Fixture, "what was lost behind our back is made again") {
    const ObjectId id = instance(), other = instance();
    session.settle();
    driver.lose(id);
    check();
    CHECK(driver.has(id));
    CHECK(driver.steps_of(id) == 2);
    CHECK(driver.steps_of(other) == 1);
}

TEST_CASE_FIXTURE(Fixture, "a driver that cannot look has everything checked at the start only") {
    driver.can_scan = false;
    const ObjectId id = instance();
    session.settle();
    check();
    CHECK(driver.steps_of(id) == 2);
    check();
    CHECK(driver.steps_of(id) == 2);
}

TEST_CASE_FIXTURE(Fixture, "what is in no model is taken away") {
    const ObjectId id = instance();
    session.settle();
    driver.put(ObjectId{1'000}, 1);
    check();
    CHECK(!driver.has(ObjectId{1'000}));
    CHECK(driver.has(id));
}

TEST_CASE_FIXTURE(Fixture, "too many orphans are left for a person to look at") {
    for (int i = 0; i < 50; ++i)
        instance();
    session.settle();
    for (std::uint64_t id = 1'000; id < 1'011; ++id)
        driver.put(ObjectId{id}, 1);
    check();
    CHECK(session.reality().held_back().size() == 11);
    CHECK(driver.size() == 61);
    driver.lose(ObjectId{1'000});
    check();  // Ten are few.
    CHECK(session.reality().held_back().empty());
    CHECK(driver.size() == 50);
}

TEST_CASE_FIXTURE(Fixture, "many orphans that are few among all are taken away") {
    for (int i = 0; i < 300; ++i)
        instance();
    session.settle();
    for (std::uint64_t id = 1'000; id < 1'012; ++id)
        driver.put(ObjectId{id}, 1);
    check();
    CHECK(driver.size() == 300);
}

}  // namespace
}  // namespace xos::synchronizer
