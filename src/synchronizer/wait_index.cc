#include "synchronizer/wait_index.h"

namespace xos::synchronizer {

void WaitIndex::State::remove(ObjectId waiter) {
    const auto at = dependency_of.find(waiter);
    if (at == dependency_of.end())
        return;
    const auto waiters = waiters_of.find(at->second);
    waiters->second.erase(waiter);
    if (waiters->second.empty())
        waiters_of.erase(waiters);
    dependency_of.erase(at);
}

bool WaitIndex::add(ObjectId waiter, ObjectId dependency) {
    return state_.with([&](State& state) {
        state.remove(waiter);
        if (!state.find_circle(waiter, dependency).empty())
            return false;
        state.dependency_of.emplace(waiter, dependency);
        state.waiters_of[dependency].insert(waiter);
        return true;
    });
}

void WaitIndex::remove(ObjectId waiter) {
    state_.with([&](State& state) { state.remove(waiter); });
}

std::optional<ObjectId> WaitIndex::find(ObjectId waiter) const {
    return state_.with([&](const State& state) -> std::optional<ObjectId> {
        const auto at = state.dependency_of.find(waiter);
        return at == state.dependency_of.end() ? std::nullopt : std::optional(at->second);
    });
}

std::vector<ObjectId> WaitIndex::waiters_of(ObjectId dependency) const {
    return state_.with([&](const State& state) {
        const auto at = state.waiters_of.find(dependency);
        return at == state.waiters_of.end()
                   ? std::vector<ObjectId>{}
                   : std::vector<ObjectId>(at->second.begin(), at->second.end());
    });
}

std::vector<ObjectId> WaitIndex::State::find_circle(ObjectId waiter, ObjectId dependency) const {
    // No circle is ever added, so that the walk ends.
    std::vector<ObjectId> chain{dependency};
    while (chain.back() != waiter) {
        const auto next = dependency_of.find(chain.back());
        if (next == dependency_of.end())
            return {};
        chain.push_back(next->second);
    }
    return chain;
}

std::vector<ObjectId> WaitIndex::find_circle(ObjectId waiter, ObjectId dependency) const {
    return state_.with([&](const State& state) { return state.find_circle(waiter, dependency); });
}

std::size_t WaitIndex::size() const {
    return state_.with([](const State& state) { return state.dependency_of.size(); });
}

}  // namespace xos::synchronizer
