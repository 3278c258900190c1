#include "supervisor/service_process.h"

#include "base/file.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace xos::supervisor {

namespace {

constexpr int kTokenFd = 3;
constexpr int kDataFd = 4;

Error failed(const std::string& what) {
    return Error{ErrorCode::Unavailable, what + ": " + std::strerror(errno)};
}

struct Pipe {
    int read = -1;
    int write = -1;
};

Result<Pipe> make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return failed("pipe");
    return Pipe{ends[0], ends[1]};
}

/// The folder for the service's own files, owned by who it runs as.
Result<int> open_data(const StartService& service, const std::optional<Identity>& identity) {
    TRY(make_directories(service.data_dir, FileMode::Private));
    const int fd = ::open(service.data_dir.c_str(), O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return failed("open " + service.data_dir);
    if (identity && ::fchown(fd, identity->user, identity->group) != 0) {
        const Error error = failed("chown " + service.data_dir);
        ::close(fd);
        return error;
    }
    return fd;
}

/// In the child: puts `fd` at `wanted`, to be inherited.
void place(int fd, int wanted) {
    if (fd == wanted)
        ::fcntl(fd, F_SETFD, 0);
    else
        ::dup2(fd, wanted);
}

struct Child {
    const std::string& program;
    const StartService& service;
    const std::optional<Identity>& identity;
    int token = -1;
    int data = -1;
    int output = -1;
    pid_t parent = 0;
};

/// The rest of the child's life, up to exec. Its folder is reached through the open descriptor: one
/// who is not `xos` cannot walk through the data directory.
[[noreturn]] void become(const Child& child) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != child.parent)
        ::_exit(127);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::setpgid(0, 0);
    const int input = ::open("/dev/null", O_RDONLY);
    ::dup2(input, STDIN_FILENO);
    ::dup2(child.output, STDOUT_FILENO);
    ::dup2(child.output, STDERR_FILENO);
    const int token = ::fcntl(child.token, F_DUPFD, 10), data = ::fcntl(child.data, F_DUPFD, 10);
    place(token, kTokenFd);
    place(data, kDataFd);
    for (int fd = kDataFd + 1; fd < 1024; ++fd)
        ::close(fd);
    if (child.identity && (::setgroups(0, nullptr) != 0 || ::setgid(child.identity->group) != 0 ||
                           ::setuid(child.identity->user) != 0))
        ::_exit(126);
    // Changing user cleared it.
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);

    const std::string data_dir =
        child.identity ? "/proc/self/fd/" + std::to_string(kDataFd) : child.service.data_dir;
    const std::string token_fd = std::to_string(kTokenFd);
    std::vector<const char*> arguments = {child.program.c_str(),
                                          "--url",
                                          child.service.url.c_str(),
                                          "--service-dir",
                                          child.service.service_dir.c_str(),
                                          "--data",
                                          data_dir.c_str(),
                                          "--token-fd",
                                          token_fd.c_str()};
    if (!child.service.tls_ca.empty()) {
        arguments.push_back("--tls-ca");
        arguments.push_back(child.service.tls_ca.c_str());
    }
    arguments.push_back(nullptr);
    const char* environment[] = {
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8",
        nullptr};
    ::execve(child.program.c_str(), const_cast<char* const*>(arguments.data()),
             const_cast<char* const*>(environment));
    ::dprintf(STDERR_FILENO, "cannot run %s: %s\n", child.program.c_str(), std::strerror(errno));
    ::_exit(127);
}

}  // namespace

std::optional<Identity> find_identity(const std::string& name) {
    const passwd* entry = ::getpwnam(name.c_str());
    if (!entry)
        return std::nullopt;
    return Identity{entry->pw_uid, entry->pw_gid};
}

Result<Started> start_process(const std::string& program, const StartService& service,
                              const std::optional<Identity>& identity) {
    const int data = TRY(open_data(service, identity));
    const Pipe token = TRY(make_pipe());
    const Pipe output = TRY(make_pipe());
    // A token fits the pipe, so this does not block before anybody reads.
    const auto written = ::write(token.write, service.token.data(), service.token.size());
    ::close(token.write);
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid == 0)
        become({.program = program,
                .service = service,
                .identity = identity,
                .token = token.read,
                .data = data,
                .output = output.write,
                .parent = parent});
    ::close(token.read);
    ::close(output.write);
    ::close(data);
    if (pid < 0 || written != static_cast<ssize_t>(service.token.size())) {
        ::close(output.read);
        return failed("cannot start a process for service \"" + service.name + "\"");
    }
    ::fcntl(output.read, F_SETFL, O_NONBLOCK);
    return Started{pid, output.read};
}

}  // namespace xos::supervisor
