#pragma once

#include "base/clock.h"
#include "base/json.h"
#include "client/service_api.h"
#include "synchronizer/mirror.h"
#include "synchronizer/progress.h"
#include "synchronizer/wait_index.h"
#include "synchronizer/work_queue.h"

namespace xos::synchronizer {

/// Answers questions about the work on objects. Thread-safe; what it is made of must outlive it.
class TaskAnswers {
public:
    struct Parts {
        const Clock& clock;
        const WorkQueue& queue;
        const WaitIndex& waiting;
        const Progress& progress;
        const Mirror& mirror;
    };

    explicit TaskAnswers(Parts parts) : parts_(parts) {}

    Json answer(const client::Task& task) const;

private:
    Json why(ObjectId id) const;
    Json logs(ObjectId id) const;
    void add_queue(Json& out, ObjectId id) const;

    const Parts parts_;
};

}  // namespace xos::synchronizer
