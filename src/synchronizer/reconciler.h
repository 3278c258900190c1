#pragma once

#include "base/log.h"
#include "synchronizer/actuator.h"
#include "synchronizer/driver.h"
#include "synchronizer/mirror.h"
#include "synchronizer/observation.h"
#include "synchronizer/progress.h"
#include "synchronizer/status_queue.h"
#include "synchronizer/status_writer.h"
#include "synchronizer/wait_index.h"
#include "synchronizer/work_queue.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_set>

namespace xos::synchronizer {

/// One step for one object, from when it is handed out until it is finished. Keeps its snapshot.
struct Step {
    ObjectId id;
    model::SnapshotPointer snapshot;
    Duty duty;
    Actuator* actuator = nullptr;
    Revision goal;        ///< The goal that the step reads.
    std::string inputs;   ///< Hash of what it reads.
    bool forced = false;  ///< Reality is known or feared to differ.
    StatusWriter writer;
};

/// Decides what has to be done for which object, and what the outcome of a step means.
///
/// Changes of the mirror go in; steps come out, each of which its owner has run by `act` and gives
/// back by `finish`. Statuses go to the status queue. Promises what synchronizer.md promises of
/// order, waiting and work without need. Makes no threads and never blocks but in `act`.
/// Thread-safe; one thread calls `take_delta`. What it is made of must outlive it.
class Reconciler {
public:
    struct Parts {
        const Observations& observations;
        std::string version;  ///< Of the service.
        const Clock& clock;
        Log& log;
        Mirror& mirror;
        WorkQueue& queue;
        WaitIndex& waiting;
        StatusQueue& statuses;
        Progress& progress;
        Driver& driver;
    };

    /// Invalid when the driver lacks an actuator that the manifest names.
    static Result<std::unique_ptr<Reconciler>> create(Parts parts);

    /// What the mirror has just published becomes work.
    void take_delta(const MirrorDelta& delta);
    /// Has a step for each object that is the service's, whatever the model says was done.
    void check_all();
    /// The same for some.
    void check(const std::vector<ObjectId>& ids);

    /// The next step to run, or nullptr when none is due. What needs no step or has to wait is
    /// settled inside.
    std::shared_ptr<Step> begin();
    /// Runs the actuator, which blocks. Not a single exception of its gets through.
    Result<Outcome> act(Step& step);
    /// Gives back a step with its outcome.
    void finish(Step& step, Result<Outcome> outcome);

    /// The step is over its deadline: says so in the model. The object stays with whoever runs the
    /// step until `finish_late`.
    void overrun(Step& step);
    void finish_late(Step& step);

    /// Has the driver prepare unless it has. Its error, for a while also without asking it again.
    Result<void> prepare_driver();

    /// The revision up to which every change has had its step; 0 as long as the model has not been
    /// compared with reality.
    Revision caught_up() const;
    /// Whether the model has been compared with reality, and what differs waits for its step.
    void set_compared(bool compared) { compared_ = compared; }

private:
    explicit Reconciler(Parts parts) : parts_(std::move(parts)) {}

    void enqueue_all(const model::Snapshot& snapshot);
    std::shared_ptr<Step> prepare(ObjectId id);
    bool has_to_wait(Step& step, const model::Row& row);
    void wait(Step& step, ObjectId dependency, std::string reason);
    bool is_real(const Step& step, const model::Row& row) const;
    void report(Step& step, client::StatusItem item, Duration delay = Duration{0});
    void fail(Step& step, const Error& error);
    void finish_done(Step& step, const Done& done);
    bool take_forced(ObjectId id);
    void force(ObjectId id);

    const Parts parts_;
    std::vector<Actuator*> actuators_;  // One an observation.
    std::atomic<bool> compared_ = true;
    std::atomic<std::uint64_t> taken_ = 0;  // Revision of the last delta taken.
    Guarded<ObjectId> service_;
    Guarded<std::unordered_set<ObjectId>> forced_;
    struct Preparation {
        bool done = false;
        std::optional<Error> error;
        TimePoint next{};
    };
    std::mutex preparing_;  // Held while the driver prepares; the next but by its holder.
    Preparation preparation_;
};

}  // namespace xos::synchronizer
