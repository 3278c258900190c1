#pragma once

#include "kernel/execute.h"
#include "kernel/owners.h"

#include <string_view>
#include <vector>

namespace xos::kernel {

/// The names of the actions that objects of `type` know: `retry` and `abandon` of all, then those
/// that the type declares.
std::vector<std::string_view> actions_of(const schema::Type& type);

/// May the caller ask for the action of `operation` on `row` as it is? `retry` and what the type
/// declares: who may update it; `abandon`: root. Conflict when there is nothing to do it to.
Result<void> check_action(model::View view, const Caller& caller, const Operation& operation,
                          const model::Row& row);

/// Does it. `retry` has the back-end look again without waiting, `abandon` lets go of what its
/// back-end does not say is clean, one of the type notes that it was requested.
Result<void> run_action(Change& change, const std::vector<Observation>& observations,
                        std::string_view action, ObjectId id);

}  // namespace xos::kernel
