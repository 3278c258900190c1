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
    TaskAnswers(const Clock& clock, const WorkQueue& queue, const WaitIndex& waiting,
                const Progress& progress, const Mirror& mirror)
        : clock_(clock), queue_(queue), waiting_(waiting), progress_(progress), mirror_(mirror) {}

    Json answer(const client::Task& task) const;

private:
    Json why(ObjectId id) const;
    Json logs(ObjectId id) const;
    void add_queue(Json& out, ObjectId id) const;

    const Clock& clock_;
    const WorkQueue& queue_;
    const WaitIndex& waiting_;
    const Progress& progress_;
    const Mirror& mirror_;
};

}  // namespace xos::synchronizer
