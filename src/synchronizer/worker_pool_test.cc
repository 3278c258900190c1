#include "synchronizer/worker_pool.h"

#include "base/system_clock.h"
#include "synchronizer/testing/fake_driver.h"
#include "synchronizer/testing/fake_session.h"

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace xos::synchronizer {
namespace {

using namespace std::chrono_literals;

/// A door that threads wait at until it is opened.
class Door {
public:
    void open() {
        std::scoped_lock lock(mutex_);
        is_open_ = true;
        moved_.notify_all();
    }
    void pass() {
        std::unique_lock lock(mutex_);
        moved_.wait(lock, [this] { return is_open_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable moved_;
    bool is_open_ = false;
};

struct Fixture {
    FakeApi api;
    FakeDriver driver;
    FakeClock time;
    FakeSession session{api, driver, time, {{.type = "Instance", .actuator = "fake"}}};
    SystemClock clock;
    Wakeup wakeup;
    std::mutex mutex;
    std::vector<std::thread> threads;

    Fixture() { api.own({"Instance"}); }

    /// Waits for the workers: what they use is the test's.
    void finish() {
        wakeup.stop();
        for (std::thread& thread : threads)
            thread.join();
        threads.clear();
    }

    WorkerPool::Parts parts(const Clock& pool_clock) {
        return {.reconciler = session.reconciler(),
                .queue = session.queue(),
                .clock = pool_clock,
                .wakeup = wakeup,
                .start_thread = [this](const std::string&, std::function<void()> body) {
                    std::scoped_lock lock(mutex);
                    threads.emplace_back(std::move(body));
                }};
    }
    ObjectId instance() { return api.create("Instance", Json(Json::Object{{"name", "web"}})); }
};

TEST_CASE_FIXTURE(Fixture, "many workers do many objects, and none twice at a time") {
    for (int i = 0; i < 300; ++i)
        instance();
    std::mutex at_work_mutex;
    std::set<ObjectId> at_work;
    std::atomic<int> done = 0;
    Door all_done;
    driver.answer = [&](const auto&, ObjectId id, auto&) {
        {
            std::scoped_lock lock(at_work_mutex);
            CHECK(at_work.insert(id).second);
        }
        std::scoped_lock lock(at_work_mutex);
        at_work.erase(id);
        if (++done == 300)
            all_done.open();
        return std::nullopt;
    };
    session.receive();
    WorkerPool pool(parts(clock), {.workers = 4});
    pool.start();
    all_done.pass();
    finish();
    session.settle();
    CHECK(driver.size() == 300);
}

TEST_CASE_FIXTURE(Fixture, "no more steps are taken than the back-end can stand") {
    for (int i = 0; i < 20; ++i)
        instance();
    Door burst_done;
    std::atomic<int> done = 0;
    driver.answer = [&](const auto&, ObjectId, auto&) {
        if (++done == 5)
            burst_done.open();
        return std::nullopt;
    };
    session.receive();
    // Time stands still, so that nothing is added to the burst.
    WorkerPool pool(parts(time), {.workers = 2, .budget = {.rate = 0.001, .burst = 5}});
    pool.start();
    burst_done.pass();
    finish();
    CHECK(done == 5);
}

TEST_CASE_FIXTURE(Fixture, "a worker whose step is over its deadline is replaced") {
    const ObjectId stuck = instance();
    Door is_in, may_leave, other_done;
    ObjectId other;
    driver.answer = [&](const auto&, ObjectId id, StatusWriter& status) {
        if (id == stuck && !status.is_cancelled()) {
            is_in.open();
            may_leave.pass();
            CHECK(status.is_cancelled());
        } else if (id == other) {
            other_done.open();
        }
        return std::nullopt;
    };
    session.receive();
    WorkerPool pool(parts(time), {.workers = 1});
    pool.start();
    is_in.pass();
    CHECK(pool.check_deadlines());
    CHECK(pool.stuck() == 0);
    time.advance(61s);
    CHECK(pool.check_deadlines());
    CHECK(pool.stuck() == 1);
    other = instance();
    session.receive();
    wakeup.notify();
    other_done.pass();  // By the worker that took over.
    session.report();
    CHECK(api.text(stuck, "backend_status") == "the step did not end within 60000 ms");
    CHECK(session.queue().find(stuck)->held);  // Nobody else works on it meanwhile.
    may_leave.open();
    finish();
}

TEST_CASE_FIXTURE(Fixture, "too many steps that are stuck are beyond help") {
    const ObjectId first = instance();
    Door is_in, may_leave;
    driver.answer = [&](const auto&, ObjectId, auto&) {
        is_in.open();
        may_leave.pass();
        return std::nullopt;
    };
    session.receive();
    WorkerPool pool(parts(time), {.workers = 1, .most_stuck = 0});
    pool.start();
    is_in.pass();
    time.advance(61s);
    CHECK(!pool.check_deadlines());
    CHECK(session.queue().find(first)->held);
    may_leave.open();
    finish();
}

}  // namespace
}  // namespace xos::synchronizer
