#pragma once

#include "access/access.h"
#include "kernel/transaction.h"

#include <string>

namespace xos::api {

/// What a plan says to `principal`, as JSON: for each object what would happen to it, with old and
/// new values of what changes. Objects that the principal may see neither before nor after are only
/// counted. Ids of objects that would be made hold only within the plan.
std::string report_plan(const access::Access& access, const kernel::Plan& plan,
                        const access::Principal& principal);

}  // namespace xos::api
