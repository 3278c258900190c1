#include "synchronizer/wakeup.h"

namespace xos::synchronizer {

std::uint64_t Wakeup::count() const {
    std::scoped_lock lock(mutex_);
    return count_;
}

void Wakeup::notify() {
    {
        std::scoped_lock lock(mutex_);
        ++count_;
    }
    moved_.notify_all();
}

void Wakeup::stop() {
    {
        std::scoped_lock lock(mutex_);
        stopped_ = true;
    }
    moved_.notify_all();
}

bool Wakeup::is_stopped() const {
    std::scoped_lock lock(mutex_);
    return stopped_;
}

void Wakeup::wait(std::uint64_t seen, std::optional<TimePoint> until) {
    std::unique_lock lock(mutex_);
    const auto has_moved = [&] { return stopped_ || count_ != seen; };
    if (until)
        moved_.wait_until(lock, *until, has_moved);
    else
        moved_.wait(lock, has_moved);
}

bool Wakeup::sleep(Duration duration) {
    std::unique_lock lock(mutex_);
    return !moved_.wait_for(lock, duration, [&] { return stopped_; });
}

}  // namespace xos::synchronizer
