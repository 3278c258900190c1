#pragma once

#include <sys/types.h>

/// The ssh sessions of an instance, and which key opened each.
namespace xos::local::ssh {

/// Keeps in mind the session when `line` of the log of process `server` tells of a login by key.
bool note_login(const char* line, pid_t server);

/// Ends, with all they started, the sessions below process `server` whose key is not in the file
/// `keys` (in the form of authorized_keys).
void end_sessions_without_key(pid_t server, const char* keys);

}  // namespace xos::local::ssh
