#include "xosd_process.h"

#include "base/file.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

namespace xos::crash {

namespace {

using Clock = std::chrono::steady_clock;

constexpr useconds_t kPause = 2'000;
constexpr std::chrono::seconds kPatience{30};

/// The children of all threads of a process.
std::vector<pid_t> children(pid_t pid) {
    std::vector<pid_t> found;
    const std::string command = "/proc/" + std::to_string(pid) + "/task/";
    // A synchronizer may be started by any thread of the first process, but that has one only.
    std::ifstream file(command + std::to_string(pid) + "/children");
    for (pid_t child = 0; file >> child;)
        found.push_back(child);
    return found;
}

bool lives(pid_t pid) {
    return ::kill(pid, 0) == 0;
}

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace

std::string program(const std::string& name) {
    const char* folder = std::getenv("XOS_TEST_PROGRAMS");
    return (folder ? std::string(folder) : std::string(XOS_BINARY_DIR "/bin")) + "/" + name;
}

Result<std::unique_ptr<XosdProcess>> XosdProcess::start(Options options) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    std::unique_ptr<XosdProcess> process(new XosdProcess(std::move(options)));
    process->log_begin_ = text_of(process->options_.log).size();
    process->first_ = ::fork();
    if (process->first_ < 0)
        return Error{ErrorCode::Unavailable, std::string("fork: ") + std::strerror(errno)};
    if (process->first_ == 0)
        process->run();
    ::setpgid(process->first_, process->first_);
    process->seen_.push_back(process->first_);
    return process;
}

/// The life of the child, up to exec.
void XosdProcess::run() {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int log = ::open(options_.log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    if (options_.user && (::setgroups(0, nullptr) != 0 || ::setgid(*options_.user) != 0 ||
                          ::setuid(*options_.user) != 0))
        ::_exit(126);
    if (options_.password.empty())
        ::unsetenv("XOS_ADMIN_PASSWORD");
    else
        ::setenv("XOS_ADMIN_PASSWORD", options_.password.c_str(), 1);
    std::vector<std::string> words = {program("xosd"), "--data", options_.data};
    words.insert(words.end(), options_.arguments.begin(), options_.arguments.end());
    std::vector<char*> arguments;
    for (std::string& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
}

XosdProcess::~XosdProcess() {
    kill_all();
}

Result<std::string> XosdProcess::await_url() {
    constexpr std::string_view kBefore = "XOS listens on ";
    for (const auto end = Clock::now() + kPatience; Clock::now() < end; ::usleep(kPause)) {
        const std::string said = output();
        const std::size_t at = said.find(kBefore);
        if (at != std::string::npos && said.find('\n', at) != std::string::npos) {
            const std::size_t begin = at + kBefore.size();
            return said.substr(begin, said.find(';', begin) - begin);
        }
        reap();
        if (status_)
            return Error{ErrorCode::Unavailable, "xosd has ended: " + said};
    }
    return Error{ErrorCode::Unavailable, "xosd does not listen: " + output()};
}

std::vector<pid_t> XosdProcess::processes() {
    std::vector<pid_t> found{first_};
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto below = children(found[i]);
        found.insert(found.end(), below.begin(), below.end());
    }
    if (!lives(first_))
        found.erase(found.begin());
    for (const pid_t pid : found) {
        if (std::find(seen_.begin(), seen_.end(), pid) == seen_.end())
            seen_.push_back(pid);
    }
    return found;
}

std::optional<pid_t> XosdProcess::kernel() const {
    const auto below = children(first_);
    return below.empty() ? std::nullopt : std::optional(below.front());
}

void XosdProcess::signal(int number) const {
    if (!status_)
        ::kill(first_, number);
}

/// Takes in whoever of these processes has ended and is a child by now.
void XosdProcess::reap() {
    processes();
    for (const pid_t pid : seen_) {
        int status = 0;
        if (::waitpid(pid, &status, WNOHANG) == pid && pid == first_)
            status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    // A process that was forked and not seen is in the group.
    while (status_ && ::waitpid(-first_, nullptr, WNOHANG) > 0)
        continue;
}

void XosdProcess::kill_all() {
    if (ended_)
        return;
    processes();
    ::kill(-first_, SIGKILL);
    for (int round = 0; !all_end(Duration(2'000)); ++round) {
        for (const pid_t pid : seen_)
            ::kill(pid, SIGKILL);
    }
}

std::optional<int> XosdProcess::await_end(Duration most) {
    for (const auto end = Clock::now() + most; !status_ && Clock::now() < end; ::usleep(kPause))
        reap();
    return status_;
}

bool XosdProcess::all_end(Duration most) {
    const auto end = Clock::now() + most;
    while (true) {
        reap();
        if (std::none_of(seen_.begin(), seen_.end(), lives) && ::kill(-first_, 0) != 0)
            return ended_ = true;
        if (Clock::now() >= end)
            return false;
        ::usleep(kPause);
    }
}

std::string XosdProcess::output() const {
    const std::string all = text_of(options_.log);
    return all.substr(std::min(log_begin_, all.size()));
}

}  // namespace xos::crash
