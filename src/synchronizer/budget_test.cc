#include "synchronizer/budget.h"

#include "base/testing/fake_clock.h"

#include <doctest/doctest.h>

namespace xos::synchronizer {
namespace {

using namespace std::chrono_literals;

TEST_CASE("after a rest a burst may go, then so many a second") {
    FakeClock clock;
    Budget budget(clock, {.rate = 10, .burst = 3});
    for (int i = 0; i < 3; ++i)
        CHECK(!budget.take());
    CHECK(budget.take() == clock.now() + 100ms);
    clock.advance(100ms);
    CHECK(!budget.take());
    CHECK(budget.take());
    clock.advance(10s);  // No more than the burst is saved up.
    for (int i = 0; i < 3; ++i)
        CHECK(!budget.take());
    CHECK(budget.take());
}

TEST_CASE("without a rate there is no bound") {
    FakeClock clock;
    Budget budget(clock, {});
    for (int i = 0; i < 100; ++i)
        CHECK(!budget.take());
}

TEST_CASE("over a long time the rate holds") {
    FakeClock clock;
    Budget budget(clock, {.rate = 7, .burst = 5});
    int taken = 0;
    for (const TimePoint end = clock.now() + 100s; clock.now() < end;) {
        const auto next = budget.take();
        if (next)
            clock.advance(*next - clock.now());
        else
            ++taken;
    }
    CHECK(taken >= 690);
    CHECK(taken <= 706);
}

}  // namespace
}  // namespace xos::synchronizer
