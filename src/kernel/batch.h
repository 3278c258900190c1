#pragma once

#include "kernel/kernel.h"

namespace xos::kernel {

/// One transaction or status batch on its way through the commit thread.
struct Kernel::Work {
    Transaction transaction;
    Done done;
    StatusBatch status;
    StatusDone status_done;

    // What came of it.
    Result<Outcome> outcome = Outcome{};
    Result<StatusResult> status_result = StatusResult{};
    Revision revision;

    bool is_status() const { return status_done != nullptr; }
    bool succeeded() const { return is_status() ? status_result.has_value() : outcome.has_value(); }
    /// Tells the caller what came of it; `after` includes it.
    void answer(const model::SnapshotPointer& after);
    void refuse(Error error);
};

/// What the commit thread puts together for one append and one snapshot.
struct Kernel::Batch {
    model::Draft draft;
    std::shared_ptr<Announcement> announcement;
    std::vector<journal::Commit> commits;
    Revision head;
};

/// A transaction as the journal keeps it.
journal::Commit to_journal(const Change& change, const Announcement::Commit& announced,
                           journal::SchemaVersion schema);

}  // namespace xos::kernel
