#include "xosd/housekeeper.h"

#include <chrono>

namespace xos::xosd {

namespace {

constexpr std::chrono::milliseconds kPause{100};
constexpr std::chrono::hours kFeedbackKept{24 * 7};

}  // namespace

void Housekeeper::run() {
    std::unique_lock lock(mutex_);
    while (!stopped_) {
        changed_.wait(lock, [&] { return awake_ || stopped_; });
        changed_.wait_for(lock, kPause, [&] { return stopped_; });
        awake_ = false;
        lock.unlock();
        tidy();
        lock.lock();
    }
}

void Housekeeper::tidy() {
    const WallTime now = clock_.now();
    const auto report = [&](const auto& result) {
        if (!result)
            log_.error("the journal cannot be tidied", {{"error", result.error()}});
    };
    report(journal_.checkpoint());
    report(journal_.expire_side(now));
    report(journal_.drop_versions({.older_than = now - kFeedbackKept}));
}

void Housekeeper::stop() {
    std::scoped_lock lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
}

void Housekeeper::wake() {
    std::scoped_lock lock(mutex_);
    awake_ = true;
    changed_.notify_all();
}

}  // namespace xos::xosd
