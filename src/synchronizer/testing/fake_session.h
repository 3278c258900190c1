#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "base/testing/fake_clock.h"
#include "base/testing/fake_random.h"
#include "synchronizer/reality_check.h"
#include "synchronizer/reconciler.h"
#include "synchronizer/reporter.h"
#include "synchronizer/task_answers.h"
#include "synchronizer/testing/fake_api.h"

#include <memory>
#include <vector>

namespace xos::synchronizer {

/// A session without threads: a test moves events, steps and statuses itself, or has `settle` do
/// it all. Destroying it is a kill: what was not sent is lost. What it is given must outlive it.
class FakeSession {
public:
    FakeSession(FakeApi& api, Driver& driver, FakeClock& clock,
                std::vector<ObservationSource> observes);
    ~FakeSession();

    /// Takes what has changed in the model. False when the mirror cannot go on.
    bool receive();
    /// Runs all steps that are due; how many.
    std::size_t work();
    /// Sends all statuses that are due.
    void report();
    /// All of these until nothing is due now.
    void settle();
    /// The same, moving the clock to what falls due later, at most by `most` in all.
    void settle_within(Duration most);
    void look_at_reality();

    Mirror& mirror();
    Reconciler& reconciler();
    WorkQueue& queue();
    WaitIndex& waiting();
    RealityCheck& reality();
    Json why(ObjectId id);
    const std::vector<std::string>& log_lines() const { return log_lines_; }

private:
    struct Parts;

    FakeApi& api_;
    FakeClock& clock_;
    FakeRandom random_;
    std::vector<std::string> log_lines_;
    Log log_;
    std::unique_ptr<Parts> parts_;
};

}  // namespace xos::synchronizer
