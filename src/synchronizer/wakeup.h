#pragma once

#include "base/clock.h"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>

namespace xos::synchronizer {

/// What a thread sleeps on until another has something for it. Thread-safe.
///
/// To miss nothing, read `count` first, then look for work, then wait for the count to move.
class Wakeup {
public:
    std::uint64_t count() const;
    /// Wakes all that wait.
    void notify();
    /// Makes this and all later waits end at once.
    void stop();
    bool is_stopped() const;

    /// Sleeps until `count` is not `seen` any more, `until` has come, or `stop`.
    void wait(std::uint64_t seen, std::optional<TimePoint> until);
    /// Sleeps for `duration`, or until `stop`: then false.
    bool sleep(Duration duration);

private:
    mutable std::mutex mutex_;
    std::condition_variable moved_;
    std::uint64_t count_ = 0;
    bool stopped_ = false;
};

}  // namespace xos::synchronizer
