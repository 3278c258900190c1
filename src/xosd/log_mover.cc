#include "xosd/log_mover.h"

#include <chrono>

namespace xos::xosd {

namespace {

constexpr std::chrono::milliseconds kPause{100};

}  // namespace

void LogMover::run() {
    std::unique_lock lock(mutex_);
    while (!stopped_) {
        changed_.wait(lock, [&] { return awake_ || stopped_; });
        changed_.wait_for(lock, kPause, [&] { return stopped_; });
        awake_ = false;
        lock.unlock();
        if (auto moved = journal_.checkpoint(); !moved)
            log_.error("the journal's log cannot be moved", {{"error", moved.error()}});
        lock.lock();
    }
}

void LogMover::stop() {
    std::scoped_lock lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
}

void LogMover::wake() {
    std::scoped_lock lock(mutex_);
    awake_ = true;
    changed_.notify_all();
}

}  // namespace xos::xosd
