#pragma once

#include "base/clock.h"
#include "synchronizer/budget.h"
#include "synchronizer/reconciler.h"
#include "synchronizer/wakeup.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace xos::synchronizer {

/// Starts a thread that has `name` and runs `body`, and sees to it that it is joined, or left
/// alone, at the end.
using StartThread = std::function<void(std::string name, std::function<void()> body)>;

/// The threads that run steps.
///
/// A step that is over its deadline is abandoned: its worker is replaced, and its object waits for
/// it to end. `run` is the body of each worker. All that it uses must outlive every worker, the
/// abandoned ones included: a program that has abandoned some ends without destroying it.
class WorkerPool {
public:
    struct Options {
        std::size_t workers = 8;
        /// When more steps than this are stuck the process is beyond help.
        std::size_t most_stuck = 16;
        Budget::Options budget = {};
        /// Called by a worker when nothing is due.
        std::function<void()> on_idle = [] {};
    };

    struct Parts {
        Reconciler& reconciler;
        WorkQueue& queue;
        const Clock& clock;
        Wakeup& wakeup;  ///< Notified whenever work may have become due.
        StartThread start_thread;
    };

    WorkerPool(Parts parts, Options options);
    ~WorkerPool();

    void start();
    /// Abandons what is over its deadline. To be called now and then. False when too many steps
    /// are stuck.
    bool check_deadlines();
    /// How many abandoned steps have not ended yet.
    std::size_t stuck() const;

private:
    struct Running;

    void run();
    /// False when the pool is stopped first.
    bool await_budget();
    /// Whether the worker goes on.
    bool run_step(const std::shared_ptr<Step>& step);

    const Parts parts_;
    const Options options_;
    Budget budget_;
    const std::unique_ptr<Running> running_;
};

}  // namespace xos::synchronizer
