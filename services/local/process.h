#pragma once

#include "base/clock.h"
#include "base/result.h"

#include <string>
#include <vector>

namespace xos::local {

/// What a program is started with. It reads nothing from standard input.
struct Command {
    /// The program, looked up in PATH, and its arguments.
    std::vector<std::string> words;
    /// Where both its outputs are appended. Empty: they are kept in `ProcessOutput`. A program that
    /// leaves others running needs a file here that may stay open with them.
    std::string output_file;
    /// It is killed after that.
    Duration deadline{30'000};
};

struct ProcessOutput {
    /// The exit code, or 128 and the number of the signal that ended it.
    int code = 0;
    /// Both its outputs in the order written, at most 1 MiB.
    std::string text;
};

/// Runs a program to its end in the calling thread's network namespace. Fails when it cannot be
/// started (NotFound: there is no such program) or overruns its deadline (Unavailable).
Result<ProcessOutput> run_process(const Command& command);

/// The same where any exit code but 0 is an error that says what the program said.
Result<std::string> run_checked(const Command& command);

/// Whether a program of that name is in PATH.
bool program_exists(const std::string& name);

}  // namespace xos::local
