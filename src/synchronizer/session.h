#pragma once

#include "base/log.h"
#include "client/service_api.h"
#include "synchronizer/api_requests.h"
#include "synchronizer/plugin.h"
#include "synchronizer/service.h"
#include "synchronizer/wakeup.h"
#include "synchronizer/worker_pool.h"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace xos::synchronizer {

/// One service at work, from the first connection until it is stopped or cannot go on.
///
/// Puts the parts together and gives each its thread. When `run` returns Internal, threads are
/// still in steps that do not end: the process must end without destroying the session.
class Session {
public:
    struct Options {
        Service service;
        std::string service_dir;
        std::string data_dir;
        WorkQueue::Options queue = {};
    };
    /// What it uses; all of it must outlive the session.
    struct Parts {
        ApiRequests::Connect connect;
        const Plugin& plugin;
        const Clock& clock;
        Random& random;
        Log& log;
        StartThread start_thread;
        /// Waits until all that `start_thread` started have ended; false when they take too long.
        std::function<bool(Duration most)> await_threads;
    };

    Session(Options options, Parts parts);
    ~Session();

    /// Works until `stop` or until it cannot go on: Gone when the types or the lineage have
    /// changed and a new session is wanted, Invalid when service and model do not fit.
    Result<void> run();
    /// Thread-safe.
    void stop();

private:
    struct Work;

    Result<void> connect();
    Result<void> start_work();
    void start_threads();
    void take(const MirrorDelta& delta);
    void feed();
    void report();
    void answer_tasks();
    Result<void> follow_tasks();
    void look_at_reality();
    void watch_deadlines();
    void end(Result<void> result);

    const Options options_;
    const Parts parts_;
    ApiRequests requests_;
    std::unique_ptr<client::Api> feed_api_, report_api_, task_api_;
    std::shared_ptr<const schema::Schema> schema_;
    std::unique_ptr<Work> work_;
    Wakeup stopping_, work_wakeup_, report_wakeup_;
    Guarded<std::shared_ptr<client::TaskStream>> tasks_;

    std::mutex mutex_;  // Of all that follows.
    std::optional<Result<void>> ended_;
    std::string lineage_;  // Of the model, once the mirror is loaded.
    Reconciler* reconciler_ = nullptr;
};

}  // namespace xos::synchronizer
