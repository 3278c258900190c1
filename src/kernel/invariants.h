#pragma once

#include "kernel/checks.h"

#include <vector>

namespace xos::kernel {

/// Adds the invariants that do not hold of the objects that `change` touched, or of those that read
/// them. Those over feedback are left out: they report and never refuse.
void check_invariants(const Change& change, std::vector<Finding>& findings);

/// All that do not hold in this version of the model, those over feedback included, in order of id.
std::vector<Violation> broken_invariants(model::View view);

}  // namespace xos::kernel
