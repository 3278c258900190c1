#include "api/thread_pool.h"

#include <pthread.h>

#include <utility>

namespace xos::api {

ThreadPool::ThreadPool(const std::string& name, std::size_t threads) {
    for (std::size_t i = 0; i < threads; ++i) {
        threads_.emplace_back([this] { run(); });
        const std::string full = (name + "-" + std::to_string(i)).substr(0, 15);
        pthread_setname_np(threads_.back().native_handle(), full.c_str());
    }
}

ThreadPool::~ThreadPool() {
    stop();
}

void ThreadPool::post(std::function<void()> task) {
    std::scoped_lock lock(mutex_);
    if (stopped_)
        return;
    tasks_.push_back(std::move(task));
    ready_.notify_one();
}

void ThreadPool::post_after(Duration delay, std::function<void()> task) {
    std::scoped_lock lock(mutex_);
    if (stopped_)
        return;
    later_.emplace(Steady::now() + delay, std::move(task));
    ready_.notify_one();
}

void ThreadPool::stop() {
    {
        std::scoped_lock lock(mutex_);
        stopped_ = true;
        ready_.notify_all();
    }
    for (std::thread& thread : threads_)
        thread.join();
    threads_.clear();
    // Tasks may hold what posts again when it goes, so they go without the lock.
    std::unique_lock lock(mutex_);
    auto tasks = std::exchange(tasks_, {});
    auto later = std::exchange(later_, {});
    lock.unlock();
}

/// Waits until a task is due or all is over; whether there is a task.
bool ThreadPool::wait(std::unique_lock<std::mutex>& lock) {
    while (!stopped_) {
        while (!later_.empty() && later_.begin()->first <= Steady::now()) {
            tasks_.push_back(std::move(later_.begin()->second));
            later_.erase(later_.begin());
        }
        if (!tasks_.empty())
            return true;
        if (later_.empty())
            ready_.wait(lock);
        else
            ready_.wait_until(lock, Steady::time_point(later_.begin()->first));
    }
    return false;
}

void ThreadPool::run() {
    std::unique_lock lock(mutex_);
    while (wait(lock)) {
        auto task = std::move(tasks_.front());
        tasks_.pop_front();
        lock.unlock();
        task();
        task = nullptr;
        lock.lock();
    }
}

}  // namespace xos::api
