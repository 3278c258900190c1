#include "synchronizer/wait_index.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>

namespace xos::synchronizer {
namespace {

constexpr ObjectId kA{1}, kB{2}, kC{3};

TEST_CASE("those that wait are found by what they wait for") {
    WaitIndex index;
    CHECK(index.add(kA, kC));
    CHECK(index.add(kB, kC));
    CHECK(index.waiters_of(kC) == std::vector<ObjectId>{kA, kB});
    CHECK(index.find(kA) == kC);
    index.remove(kA);
    CHECK(index.waiters_of(kC) == std::vector<ObjectId>{kB});
    CHECK(index.find(kA) == std::nullopt);
}

TEST_CASE("an object waits for one other at a time") {
    WaitIndex index;
    CHECK(index.add(kA, kB));
    CHECK(index.add(kA, kC));
    CHECK(index.waiters_of(kB).empty());
    CHECK(index.waiters_of(kC) == std::vector<ObjectId>{kA});
    CHECK(index.size() == 1);
}

TEST_CASE("a circle is found and not entered") {
    WaitIndex index;
    CHECK(index.add(kA, kB));
    CHECK(index.add(kB, kC));
    CHECK(index.find_circle(kC, kA) == std::vector<ObjectId>{kA, kB, kC});
    CHECK(index.find_circle(kC, ObjectId{9}).empty());
    CHECK(!index.add(kC, kA));
    CHECK(!index.add(kA, kA));
    CHECK(index.find(kC) == std::nullopt);
}

TEST_CASE("any order of calls leaves both sides of the index the same") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 dice(seed);
    WaitIndex index;
    std::map<ObjectId, ObjectId> model;
    const auto closes_circle = [&](ObjectId waiter, ObjectId dependency) {
        for (auto at = dependency; at != waiter; at = model.at(at)) {
            if (!model.contains(at))
                return false;
        }
        return true;
    };
    for (int step = 0; step < 20'000; ++step) {
        const ObjectId waiter{dice() % 12 + 1}, dependency{dice() % 12 + 1};
        model.erase(waiter);
        if (dice() % 3 == 0) {
            index.remove(waiter);
        } else {
            const bool circle = closes_circle(waiter, dependency);
            REQUIRE(index.add(waiter, dependency) == !circle);
            if (!circle)
                model.emplace(waiter, dependency);
        }
        REQUIRE(index.size() == model.size());
        const auto waiters = index.waiters_of(dependency);
        for (const auto& [one, of] : model)
            REQUIRE((of == dependency) ==
                    (std::find(waiters.begin(), waiters.end(), one) != waiters.end()));
    }
}

}  // namespace
}  // namespace xos::synchronizer
