#pragma once

#include "kernel/change.h"
#include "kernel/owners.h"

namespace xos::kernel {

/// Writes what a synchronizer found about one object, where it differs from what is there.
/// PermissionDenied when the service is not its backend_owner, Stale when the goal that it read is
/// newer than the object's, Invalid when it reports fields that are no feedback.
Result<void> apply_status(Change& change, const StatusItem& item,
                          const std::vector<Observation>& observations);

}  // namespace xos::kernel
