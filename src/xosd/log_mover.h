#pragma once

#include "base/log.h"
#include "journal/engine.h"

#include <condition_variable>
#include <mutex>

namespace xos::xosd {

/// Moves the journal's log into its database a moment after commits, so that appends stay even.
/// One thread is in `run`; it sleeps while nothing is committed. The others are for any thread.
class LogMover {
public:
    /// Both must outlive it.
    LogMover(journal::Engine& journal, Log& log) : journal_(journal), log_(log) {}

    void run();
    void stop();
    /// Something was committed.
    void wake();

private:
    journal::Engine& journal_;
    Log& log_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool awake_ = false;
    bool stopped_ = false;
};

}  // namespace xos::xosd
