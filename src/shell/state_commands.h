#pragma once

#include "shell/session.h"

#include <cstdint>
#include <string>

namespace xos::shell {

/// Why an object is not real: its own state, what it waits for, down to the back-end's words.
Result<void> why(Session& session, const std::string& type, const std::string& key);

/// The services with their processes, and the objects that are not real.
Result<void> status(Session& session);

/// Who changed what of an object and when, latest first.
Result<void> history(Session& session, const std::string& type, const std::string& key,
                     std::int64_t limit);

/// All types and how their objects are named; of one type, its fields.
Result<void> show_types(Session& session, const std::string& type);

}  // namespace xos::shell
