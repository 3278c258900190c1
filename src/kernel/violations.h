#pragma once

#include "kernel/rule.h"

#include <functional>
#include <vector>

namespace xos::kernel {

/// What does not conform in the model of `draft`, which is left as it was: to the admission rules,
/// and to invariants. `begin` gives a new Change on the draft. Looks at all objects that they
/// watch.
std::vector<Violation> find_violations(const Rules& rules, model::Draft& draft,
                                       const std::function<Change()>& begin);

/// How many objects that is.
std::size_t count_admitted(const Rules& rules, model::View view);

}  // namespace xos::kernel
