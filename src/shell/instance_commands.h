#pragma once

#include "shell/session.h"

#include <string>
#include <vector>

namespace xos::shell {

/// Signs in to an instance by ssh, in place of this process; with words, runs them there and ends
/// as they did. Works on the instance's host, as root; elsewhere it says so.
Result<void> ssh_instance(Session& session, const std::string& instance,
                          const std::vector<std::string>& words);

}  // namespace xos::shell
