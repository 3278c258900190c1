#include "api/login_throttle.h"

#include <algorithm>

namespace xos::api {

namespace {

constexpr std::size_t kMostRemembered = 10'000;
constexpr int kFreeOfPair = 5;
constexpr int kFreeOfAddress = 50;
constexpr Duration kLongest = std::chrono::minutes(1);
constexpr Duration kForget = std::chrono::minutes(15);

std::string pair_key(std::string_view user, std::string_view address) {
    return std::string(address) + "\n" + std::string(user);
}

}  // namespace

std::optional<Duration> LoginThrottle::delay(std::string_view user, std::string_view address) {
    const TimePoint now = clock_.now();
    const std::string pair = pair_key(user, address), alone(address);
    return state_.with([&](State& state) -> std::optional<Duration> {
        Duration longest{0};
        for (const std::string& key : {pair, alone}) {
            const auto at = state.by_key.find(key);
            if (at != state.by_key.end())
                longest = std::max(longest, at->second->next - now);
        }
        return longest > Duration{0} ? std::optional(longest) : std::nullopt;
    });
}

void LoginThrottle::add(State& state, const std::string& key, int free, TimePoint now) {
    auto at = state.by_key.find(key);
    if (at == state.by_key.end()) {
        state.recent.push_front({key, 0, now, now});
        at = state.by_key.emplace(key, state.recent.begin()).first;
    } else {
        state.recent.splice(state.recent.begin(), state.recent, at->second);
    }
    Failures& failures = *at->second;
    if (now - failures.last > kForget)
        failures.count = 0;
    failures.last = now;
    ++failures.count;
    if (failures.count >= free) {
        const int doublings = std::min(failures.count - free, 6);
        failures.next = now + std::min(kLongest, Duration(1000 << doublings));
    }
    if (state.recent.size() > kMostRemembered) {
        state.by_key.erase(state.recent.back().key);
        state.recent.pop_back();
    }
}

void LoginThrottle::add_failure(std::string_view user, std::string_view address) {
    const TimePoint now = clock_.now();
    const std::string pair = pair_key(user, address), alone(address);
    state_.with([&](State& state) {
        add(state, pair, kFreeOfPair, now);
        add(state, alone, kFreeOfAddress, now);
    });
}

void LoginThrottle::add_success(std::string_view user, std::string_view address) {
    const std::string pair = pair_key(user, address);
    state_.with([&](State& state) {
        const auto at = state.by_key.find(pair);
        if (at == state.by_key.end())
            return;
        state.recent.erase(at->second);
        state.by_key.erase(at);
    });
}

}  // namespace xos::api
