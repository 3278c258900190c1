#pragma once

#include "base/error.h"

#include <string>

namespace xos::local {

/// What the host answered to `what`, in the system's words. `number` is an errno.
Error system_error(int number, std::string what);

/// The same for the errno of the call just made.
Error system_error(std::string what);

}  // namespace xos::local
