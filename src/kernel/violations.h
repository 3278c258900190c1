#pragma once

#include "kernel/rule.h"

#include <functional>
#include <vector>

namespace xos::kernel {

/// What no longer conforms to the admission rules in the model of `draft`, which is left as it was.
/// `begin` gives a new Change on the draft. Looks at all objects that those rules watch.
std::vector<Violation> find_violations(const Rules& rules, model::Draft& draft,
                                       const std::function<Change()>& begin);

/// How many objects that is.
std::size_t count_admitted(const Rules& rules, model::View view);

}  // namespace xos::kernel
