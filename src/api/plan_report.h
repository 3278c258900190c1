#pragma once

#include "access/access.h"
#include "kernel/transaction.h"

#include <string>
#include <string_view>

namespace xos::api {

/// What a plan says to `principal`, as JSON: for each object what would happen to it, with old and
/// new values of what changes; of an object that is made, what is not as by default. What was asked
/// for is marked, the rest follows from it. `token` stands for the plan in the real write. Objects
/// that the principal may see neither before nor after are only counted. Ids of objects that would
/// be made hold only within the plan.
std::string report_plan(const access::Access& access, const kernel::Plan& plan,
                        const access::Principal& principal, std::string_view token);

}  // namespace xos::api
