#pragma once

#include "model/view.h"

namespace xos::model {

/// The whole model as it was at one revision. Immutable; may be read from many threads.
class Snapshot {
public:
    Snapshot(Tables tables, Revision revision) : tables_(std::move(tables)), revision_(revision) {}

    Revision revision() const { return revision_; }
    View view() const { return View(tables_); }
    const schema::Schema& schema() const { return tables_.layout->schema(); }
    const Tables& tables() const { return tables_; }

private:
    Tables tables_;
    Revision revision_;
};

using SnapshotPointer = std::shared_ptr<const Snapshot>;

}  // namespace xos::model
