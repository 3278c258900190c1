#include "base/system_clock.h"
#include "supervisor/supervisor.h"
#include "xosd/data_directory.h"
#include "xosd/maintenance.h"
#include "xosd/options.h"
#include "xosd/server.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

namespace xos::xosd {
namespace {

/// Who the parts of xosd run as when it was started as root.
struct Identities {
    std::optional<supervisor::Identity> kernel, services;
};

Result<Identities> find_identities() {
    if (::geteuid() != 0)
        return Identities{};
    Identities identities{.kernel = supervisor::find_identity("xos"),
                          .services = supervisor::find_identity("xos-service")};
    if (!identities.kernel || !identities.services)
        return Error{ErrorCode::Invalid,
                     "started as root, xosd runs its parts as the users xos and xos-service, which "
                     "this machine lacks: tools/up makes them"};
    return identities;
}

std::string program_beside(const std::string& name) {
    char path[4096];
    const ssize_t length = ::readlink("/proc/self/exe", path, sizeof path);
    const std::string own(path, length > 0 ? static_cast<std::size_t>(length) : 0);
    return own.substr(0, own.rfind('/') + 1) + name;
}

/// The rest of the second process.
int run_kernel(const Options& options, const Identities& identities, int socket) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (identities.kernel &&
        (::setgroups(0, nullptr) != 0 || ::setgid(identities.kernel->group) != 0 ||
         ::setuid(identities.kernel->user) != 0)) {
        std::fprintf(stderr, "xosd: cannot become user xos: %s\n", std::strerror(errno));
        return 1;
    }
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // Changing user cleared it.
    if (options.task != Options::Task::Serve) {
        SystemRandom random;
        const auto done = maintain(options, random);
        std::fprintf(done ? stdout : stderr, "xosd: %s\n",
                     done ? done->c_str() : done.error().message().c_str());
        std::fflush(stdout);
        return done ? 0 : 1;
    }
    Log log({.level = options.log_level, .part = "xosd"});
    if (auto served = serve(options, socket, log); !served) {
        std::fprintf(stderr, "xosd: %s\n", served.error().message().c_str());
        return 1;
    }
    return 0;
}

Result<int> run_supervisor(const Options& options, const Identities& identities, int socket,
                           pid_t kernel) {
    SystemClock clock;
    Log log({.level = options.log_level, .part = "supervisor"});
    const auto supervisor =
        TRY(supervisor::Supervisor::create({.program = program_beside("xos-synchronizer"),
                                            .service_user = identities.services,
                                            .is_root = identities.kernel.has_value()},
                                           {kernel, socket}, clock, log));
    const int status = supervisor->run();
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Result<int> run(const Options& options) {
    const Identities identities = TRY(find_identities());
    TRY(prepare_data_directory(options.data, identities.kernel));
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return Error{ErrorCode::Unavailable, std::string("socketpair: ") + std::strerror(errno)};
    for (const int end : ends)
        ::fcntl(end, F_SETFL, O_NONBLOCK);
    const pid_t kernel = ::fork();
    if (kernel < 0)
        return Error{ErrorCode::Unavailable, std::string("fork: ") + std::strerror(errno)};
    if (kernel == 0) {
        ::close(ends[0]);
        ::_exit(run_kernel(options, identities, ends[1]));
    }
    ::close(ends[1]);
    return run_supervisor(options, identities, ends[0], kernel);
}

}  // namespace
}  // namespace xos::xosd

int main(int count, char** arguments) {
    auto options = xos::xosd::parse_options(count, arguments);
    if (!options && options.error().code() == xos::ErrorCode::NotFound) {
        std::fputs(options.error().message().c_str(), stdout);
        return 0;
    }
    auto status = options ? xos::xosd::run(*options) : xos::Result<int>(options.error());
    if (!status) {
        std::fprintf(stderr, "xosd: %s\n", status.error().message().c_str());
        return options ? 1 : 2;
    }
    return *status;
}
