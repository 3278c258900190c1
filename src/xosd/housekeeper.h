#pragma once

#include "base/log.h"
#include "base/wall_clock.h"
#include "journal/engine.h"

#include <condition_variable>
#include <mutex>

namespace xos::xosd {

/// Keeps the journal tidy a moment after commits: moves its log into its database, so that appends
/// stay even, and drops what need not be kept for ever. One thread is in `run`; it sleeps while
/// nothing is committed. The others are for any thread.
class Housekeeper {
public:
    /// All must outlive it.
    Housekeeper(journal::Engine& journal, const WallClock& clock, Log& log)
        : journal_(journal), clock_(clock), log_(log) {}

    void run();
    void stop();
    /// Something was committed.
    void wake();

private:
    void tidy();

    journal::Engine& journal_;
    const WallClock& clock_;
    Log& log_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool awake_ = false;
    bool stopped_ = false;
};

}  // namespace xos::xosd
