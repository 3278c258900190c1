#pragma once

namespace xos::shell {

/// The xos command: finds out what a command line asks for, does it, and says what went wrong.
/// Returns the exit code: 0, 1 when it could not be done, 2 when the command line is wrong.
int run(int count, const char* const* arguments);

}  // namespace xos::shell
