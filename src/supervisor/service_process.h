#pragma once

#include "base/result.h"
#include "supervisor/message.h"

#include <sys/types.h>

#include <optional>
#include <string>

namespace xos::supervisor {

/// The user and group that a process runs as.
struct Identity {
    uid_t user = 0;
    gid_t group = 0;
};

/// The user called `name`; nothing when this machine has none.
std::optional<Identity> find_identity(const std::string& name);

/// A process that was started, and the reading end of its standard output and error.
struct Started {
    pid_t pid = 0;
    int output = -1;
};

/// Starts `program` as the synchronizer that `service` asks for: as `identity` when there is one,
/// its token on an inherited pipe. It ends when this process does. The caller waits for it and
/// closes `output`. Only for processes with one thread.
Result<Started> start_process(const std::string& program, const StartService& service,
                              const std::optional<Identity>& identity);

}  // namespace xos::supervisor
