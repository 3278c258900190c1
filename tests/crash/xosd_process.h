#pragma once

#include "base/clock.h"
#include "base/result.h"

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace xos::crash {

/// The password of the root user of every xosd that `XosdProcess` starts.
inline constexpr const char* kPassword = "crash-test";
inline constexpr const char* kEmail = "admin@xos.local";

/// The program of this build, or of the folder XOS_TEST_PROGRAMS.
std::string program(const std::string& name);

/// A run of the real xosd, in a process group of its own, with all the processes that it starts.
///
/// Promises that nothing of it is left when it is destroyed. This process becomes the parent of
/// orphans, so that the end of each of them is seen and not guessed. One thread.
class XosdProcess {
public:
    struct Options {
        std::string data;
        std::vector<std::string> arguments = {"--listen", "127.0.0.1:0"};  ///< Beside --data.
        std::string log;                   ///< File for all that it prints, appended.
        std::optional<uid_t> user;         ///< To run as; nothing: as this process.
        std::string password = kPassword;  ///< XOS_ADMIN_PASSWORD; empty: not set.
    };

    /// Starts the program and does not wait for anything.
    static Result<std::unique_ptr<XosdProcess>> start(Options options);
    ~XosdProcess();

    /// The URL that it printed. Unavailable with the end of its log when it has ended before, or
    /// has not listened for half a minute.
    Result<std::string> await_url();

    pid_t pid() const { return first_; }
    /// The first process and all below it that live, which are waited for from now on.
    std::vector<pid_t> processes();
    /// The child that runs the kernel; nothing when there is none.
    std::optional<pid_t> kernel() const;

    void signal(int number) const;
    /// SIGKILL to the process group; returns when all processes have ended.
    void kill_all();
    /// The first process's exit code, 128 and the signal when it was killed; nothing when it runs
    /// on after `most`.
    std::optional<int> await_end(Duration most);
    /// Whether all processes that there ever were have ended, within `most`.
    bool all_end(Duration most);

    /// What this run printed.
    std::string output() const;

private:
    explicit XosdProcess(Options options) : options_(std::move(options)) {}
    void run();
    void reap();

    const Options options_;
    pid_t first_ = 0;
    std::size_t log_begin_ = 0;
    std::optional<int> status_;
    bool ended_ = false;       // All of it; the numbers may be those of others by now.
    std::vector<pid_t> seen_;  // All processes that were ever looked at, the first included.
};

}  // namespace xos::crash
