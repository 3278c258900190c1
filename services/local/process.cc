#include "services/local/process.h"

#include "services/local/descriptor.h"
#include "services/local/system_error.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>

extern char** environ;

namespace xos::local {

namespace {

constexpr std::size_t kLongestOutput = 1 << 20;

Result<pid_t> spawn(const Command& command, int output) {
    std::vector<char*> arguments;
    for (const std::string& word : command.words)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    posix_spawn_file_actions_adddup2(&actions, output, 2);
    // The threads that we are called on may block signals; a program must not start that way.
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);

    pid_t pid = 0;
    const int failure =
        posix_spawnp(&pid, arguments[0], &actions, &attributes, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (failure != 0)
        return system_error(failure, "start " + command.words.front());
    return pid;
}

/// Waits for the end of `pid`, which it kills at the deadline.
Result<int> wait_for(pid_t pid, const Command& command) {
    const Descriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    bool in_time = true;
    if (handle) {
        pollfd waiting{handle.get(), POLLIN, 0};
        int ready = 0;
        do {
            ready = ::poll(&waiting, 1, static_cast<int>(command.deadline.count()));
        } while (ready < 0 && errno == EINTR);
        in_time = ready != 0;
    }
    if (!in_time)
        ::kill(pid, SIGKILL);
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            return system_error("wait for " + command.words.front());
    }
    if (!in_time)
        return Error(ErrorCode::Unavailable, command.words.front() + " did not end in " +
                                                 std::to_string(command.deadline.count()) + " ms");
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

std::string read_from_start(int file) {
    std::string text(kLongestOutput, '\0');
    const ssize_t count = ::pread(file, text.data(), text.size(), 0);
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return text;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

}  // namespace

Result<ProcessOutput> run_process(const Command& command) {
    // A file, not a pipe: what the program leaves running may hold it open without holding us up.
    const bool kept = command.output_file.empty();
    const Descriptor output(kept ? ::memfd_create("output", MFD_CLOEXEC)
                                 : ::open(command.output_file.c_str(),
                                          O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!output)
        return system_error("output of " + command.words.front());
    const pid_t pid = TRY(spawn(command, output.get()));
    ProcessOutput result;
    result.code = TRY(wait_for(pid, command));
    if (kept)
        result.text = read_from_start(output.get());
    return result;
}

Result<std::string> run_checked(const Command& command) {
    ProcessOutput output = TRY(run_process(command));
    if (output.code == 0)
        return std::move(output.text);
    while (!output.text.empty() && output.text.back() == '\n')
        output.text.pop_back();
    return Error(ErrorCode::Unavailable, joined(command.words) + ": exit code " +
                                             std::to_string(output.code) + ": " + output.text);
}

bool program_exists(const std::string& name) {
    const char* path = std::getenv("PATH");
    std::string_view rest = path == nullptr ? "/usr/sbin:/usr/bin:/sbin:/bin" : path;
    while (!rest.empty()) {
        const std::size_t colon = rest.find(':');
        const std::string file = std::string(rest.substr(0, colon)) + "/" + name;
        if (::access(file.c_str(), X_OK) == 0)
            return true;
        rest = colon == std::string_view::npos ? "" : rest.substr(colon + 1);
    }
    return false;
}

}  // namespace xos::local
