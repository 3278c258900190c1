#pragma once

#include "api/executor.h"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace xos::api {

/// A fixed number of threads that run tasks in the order in which they are due. With one thread
/// tasks never overlap. Idle threads make no system call. Made by main programs.
class ThreadPool final : public Executor {
public:
    /// Threads are called `name`-0 and on.
    ThreadPool(const std::string& name, std::size_t threads);
    /// As `stop`.
    ~ThreadPool() override;

    void post(std::function<void()> task) override;
    void post_after(Duration delay, std::function<void()> task) override;

    /// Waits for tasks that run and drops those that do not yet. Posting does nothing from then on.
    void stop();

private:
    using Steady = std::chrono::steady_clock;

    void run();
    bool wait(std::unique_lock<std::mutex>& lock);

    std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<std::function<void()>> tasks_;
    std::multimap<Steady::time_point, std::function<void()>> later_;
    bool stopped_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace xos::api
