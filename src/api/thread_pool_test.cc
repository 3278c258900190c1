#include "api/thread_pool.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <vector>

namespace xos::api {
namespace {

TEST_CASE("one thread runs tasks one after the other in their order") {
    std::vector<int> order;
    std::promise<void> done;
    ThreadPool pool("test-pool", 1);
    for (int i = 0; i < 100; ++i)
        pool.post([&order, i] { order.push_back(i); });
    pool.post([&] { done.set_value(); });
    done.get_future().wait();
    CHECK(order.size() == 100);
    CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST_CASE("what is due later waits, the earlier first") {
    std::vector<int> order;
    std::promise<void> done;
    ThreadPool pool("test-pool", 1);
    pool.post_after(Duration(30), [&] {
        order.push_back(2);
        done.set_value();
    });
    pool.post_after(Duration(5), [&] { order.push_back(1); });
    pool.post([&] { order.push_back(0); });
    done.get_future().wait();
    CHECK(order == std::vector{0, 1, 2});
}

TEST_CASE("a pool that stops drops what waits, and takes nothing more") {
    std::atomic<int> runs = 0;
    ThreadPool pool("test-pool", 2);
    pool.post_after(std::chrono::hours(1), [&] { ++runs; });
    pool.stop();
    pool.post([&] { ++runs; });
    CHECK(runs == 0);
}

}  // namespace
}  // namespace xos::api
