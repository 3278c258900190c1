#pragma once

#include "base/clock.h"
#include "base/guarded.h"

#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace xos::api {

/// Slows down whoever guesses passwords: after some failures of one user from one address, or of
/// any users from one address, further tries have to wait, twice as long each time. Remembers a
/// bounded number of those who failed. Thread-safe.
class LoginThrottle {
public:
    explicit LoginThrottle(const Clock& clock) : clock_(clock) {}

    /// How long to wait before this user may be tried from this address; nothing: now.
    std::optional<Duration> delay(std::string_view user, std::string_view address);
    void add_failure(std::string_view user, std::string_view address);
    void add_success(std::string_view user, std::string_view address);

private:
    struct Failures {
        std::string key;
        int count = 0;
        TimePoint last;
        TimePoint next;
    };
    struct State {
        std::list<Failures> recent;  // The latest first.
        std::unordered_map<std::string, std::list<Failures>::iterator> by_key;
    };
    static void add(State& state, const std::string& key, int free, TimePoint now);

    const Clock& clock_;
    Guarded<State> state_;
};

}  // namespace xos::api
