#pragma once

#include "base/log.h"
#include "base/result.h"
#include "xosd/options.h"

namespace xos::xosd {

/// The kernel's process from start to end: opens the journal, makes an empty model's first objects,
/// serves the API, has the supervisor behind `socket` run the services, and ends in order on
/// SIGTERM or SIGINT. Prints one line when it listens. Makes all of the process's threads.
Result<void> serve(const Options& options, int socket, Log& log);

}  // namespace xos::xosd
