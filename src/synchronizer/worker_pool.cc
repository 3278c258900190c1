#include "synchronizer/worker_pool.h"

#include <map>
#include <mutex>

namespace xos::synchronizer {

struct WorkerPool::Running {
    struct Entry {
        std::shared_ptr<Step> step;
        TimePoint deadline;
        bool abandoned = false;
    };
    mutable std::mutex mutex;
    std::map<ObjectId, Entry> steps;
    std::size_t stuck = 0;
    std::size_t started = 0;
};

WorkerPool::WorkerPool(Parts parts, Options options)
    : parts_(std::move(parts)),
      options_(std::move(options)),
      budget_(parts_.clock, options_.budget),
      running_(std::make_unique<Running>()) {}

WorkerPool::~WorkerPool() = default;

void WorkerPool::start() {
    for (std::size_t i = 0; i < options_.workers; ++i)
        parts_.start_thread("worker-" + std::to_string(++running_->started), [this] { run(); });
}

void WorkerPool::run() {
    while (!parts_.wakeup.is_stopped()) {
        const auto seen = parts_.wakeup.count();
        if (const auto step = parts_.reconciler.begin()) {
            if (!run_step(step))
                return;
            continue;
        }
        options_.on_idle();
        parts_.wakeup.wait(seen, parts_.queue.next_due());
    }
}

bool WorkerPool::await_budget() {
    while (const auto next = budget_.take()) {
        parts_.wakeup.wait(parts_.wakeup.count(), next);
        if (parts_.wakeup.is_stopped())
            return false;
    }
    return true;
}

bool WorkerPool::run_step(const std::shared_ptr<Step>& step) {
    if (!await_budget())
        return false;
    const TimePoint deadline = parts_.clock.now() + step->duty.observation->source.deadline;
    {
        std::scoped_lock lock(running_->mutex);
        running_->steps.emplace(step->id, Running::Entry{step, deadline});
    }
    auto outcome = parts_.reconciler.act(*step);
    bool abandoned = false;
    {
        std::scoped_lock lock(running_->mutex);
        const auto at = running_->steps.find(step->id);
        abandoned = at->second.abandoned;
        running_->steps.erase(at);
        if (abandoned)
            --running_->stuck;
    }
    if (!abandoned) {
        parts_.reconciler.finish(*step, std::move(outcome));
        return true;
    }
    parts_.reconciler.finish_late(*step);
    parts_.wakeup.notify();
    return false;
}

bool WorkerPool::check_deadlines() {
    const TimePoint now = parts_.clock.now();
    std::size_t replaced = 0;
    bool is_well = true;
    {
        std::scoped_lock lock(running_->mutex);
        for (auto& [id, entry] : running_->steps) {
            if (entry.abandoned || entry.deadline > now)
                continue;
            // Under the lock, so that a step cannot end before it is said to be late.
            parts_.reconciler.overrun(*entry.step);
            entry.abandoned = true;
            ++running_->stuck;
            ++replaced;
        }
        is_well = running_->stuck <= options_.most_stuck;
    }
    for (std::size_t i = 0; i < replaced && is_well; ++i)
        parts_.start_thread("worker-" + std::to_string(++running_->started), [this] { run(); });
    return is_well;
}

std::size_t WorkerPool::stuck() const {
    std::scoped_lock lock(running_->mutex);
    return running_->stuck;
}

}  // namespace xos::synchronizer
