#include "supervisor/supervisor.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <vector>

namespace xos::supervisor {

namespace {

constexpr std::size_t kKeptLines = 100;
constexpr Duration kFirstDelay{500};
constexpr Duration kLongestDelay{60'000};
constexpr Duration kGoodRun{60'000};

std::string describe_end(int status) {
    if (WIFEXITED(status))
        return "ended with exit code " + std::to_string(WEXITSTATUS(status));
    return "was ended by signal " + std::to_string(WTERMSIG(status)) + " (" +
           strsignal(WTERMSIG(status)) + ")";
}

}  // namespace

Supervisor::Supervisor(Options options, KernelProcess kernel, const Clock& clock, Log& log)
    : options_(std::move(options)),
      socket_(kernel.socket),
      kernel_(kernel.pid),
      clock_(clock),
      log_(log) {}

Result<std::unique_ptr<Supervisor>> Supervisor::create(Options options, KernelProcess kernel,
                                                       const Clock& clock, Log& log) {
    std::unique_ptr<Supervisor> supervisor(new Supervisor(std::move(options), kernel, clock, log));
    sigset_t handled;
    ::sigemptyset(&handled);
    for (const int signal : {SIGTERM, SIGINT, SIGCHLD})
        ::sigaddset(&handled, signal);
    ::sigprocmask(SIG_BLOCK, &handled, nullptr);
    supervisor->signals_ = ::signalfd(-1, &handled, SFD_CLOEXEC | SFD_NONBLOCK);
    if (supervisor->signals_ < 0)
        return Error{ErrorCode::Unavailable, std::string("signalfd: ") + std::strerror(errno)};
    return supervisor;
}

Supervisor::~Supervisor() {
    if (signals_ >= 0)
        ::close(signals_);
}

int Supervisor::run() {
    while (!kernel_status_ || !all_stopped()) {
        poll_once();
        reap();
        act_on_time();
        if (kernel_status_)
            begin_shutdown();
        if (stopping_ && all_stopped() && !kernel_told_) {
            kernel_told_ = true;
            if (!kernel_status_)
                ::kill(kernel_, SIGTERM);
        }
    }
    return *kernel_status_;
}

bool Supervisor::all_stopped() const {
    return std::all_of(services_.begin(), services_.end(),
                       [](const auto& entry) { return entry.second->pid == 0; });
}

int Supervisor::wait_time() const {
    std::optional<TimePoint> next;
    for (const auto& [name, service] : services_) {
        for (const auto& at : {service->due, service->kill_at}) {
            if (at && (!next || *at < *next))
                next = at;
        }
    }
    if (!next)
        return -1;
    return static_cast<int>(std::max<std::int64_t>(0, (*next - clock_.now()).count() + 1));
}

void Supervisor::poll_once() {
    std::vector<pollfd> waits = {{signals_, POLLIN, 0}};
    if (!kernel_status_)
        waits.push_back({socket_, POLLIN, 0});
    for (const auto& [name, service] : services_) {
        if (service->output >= 0)
            waits.push_back({service->output, POLLIN, 0});
    }
    ::poll(waits.data(), waits.size(), wait_time());
    read_signals();
    read_socket();
    for (const auto& [name, service] : services_)
        read_output(*service);
}

void Supervisor::read_signals() {
    signalfd_siginfo info;
    while (::read(signals_, &info, sizeof info) == sizeof info) {
        if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)
            begin_shutdown();
    }
}

void Supervisor::read_socket() {
    commands_.read_from(socket_, [&](std::string_view line) {
        if (auto message = decode(line))
            obey(*message);
        else
            log_.error("the kernel's process sent what cannot be read",
                       {{"error", message.error()}});
    });
}

void Supervisor::read_output(Service& service) {
    if (service.output < 0)
        return;
    const bool open = service.lines.read_from(service.output, [&](std::string_view line) {
        ::dprintf(STDERR_FILENO, "[%s] %.*s\n", service.wish.name.c_str(),
                  static_cast<int>(line.size()), line.data());
        service.log.emplace_back(line);
        if (service.log.size() > kKeptLines)
            service.log.pop_front();
    });
    if (!open) {
        ::close(service.output);
        service.output = -1;
    }
}

void Supervisor::obey(const Message& message) {
    if (const auto* start_wish = std::get_if<StartService>(&message)) {
        auto& service = services_[start_wish->name];
        if (!service)
            service = std::make_unique<Service>();
        service->wish = *start_wish;
        service->wanted = true;
        service->failures = 0;
        if (service->pid == 0)
            start(*service);
    } else if (const auto* stop_wish = std::get_if<StopService>(&message)) {
        const auto at = services_.find(stop_wish->name);
        if (at != services_.end())
            stop(*at->second);
    }
}

void Supervisor::start(Service& service) {
    service.due.reset();
    if (stopping_)
        return;
    if (service.wish.privileged && !options_.is_root) {
        report(service, ServiceState::State::Refused,
               "needs root, and xosd was not started as root");
        return;
    }
    const auto identity = service.wish.privileged ? std::nullopt : options_.service_user;
    auto started = start_process(options_.program, service.wish, identity);
    if (!started) {
        log_.error("a service cannot be started",
                   {{"service", service.wish.name}, {"error", started.error()}});
        service.due = clock_.now() + kLongestDelay;
        report(service, ServiceState::State::Waiting, started.error().message());
        return;
    }
    service.pid = started->pid;
    service.output = started->output;
    service.started = clock_.now();
    report(service, ServiceState::State::Running, "");
}

void Supervisor::stop(Service& service) {
    service.wanted = false;
    service.due.reset();
    if (service.pid == 0) {
        report(service, ServiceState::State::Stopped, "");
        return;
    }
    ::kill(service.pid, SIGTERM);
    service.kill_at = clock_.now() + options_.patience;
}

void Supervisor::act_on_time() {
    for (const auto& [name, service] : services_) {
        if (service->due && *service->due <= clock_.now())
            start(*service);
        if (service->kill_at && *service->kill_at <= clock_.now()) {
            service->kill_at.reset();
            log_.warning("a service did not end when it was told to", {{"service", name}});
            ::kill(service->pid, SIGKILL);
        }
    }
}

void Supervisor::reap() {
    int status = 0;
    while (true) {
        const pid_t pid = ::waitpid(-1, &status, WNOHANG);
        if (pid <= 0)
            return;
        if (pid == kernel_)
            kernel_status_ = status;
        for (const auto& [name, service] : services_) {
            if (service->pid == pid)
                ended(*service, status);
        }
    }
}

void Supervisor::ended(Service& service, int status) {
    read_output(service);
    if (service.output >= 0)
        ::close(service.output);
    service.output = -1;
    service.pid = 0;
    service.kill_at.reset();
    const std::string end = describe_end(status);
    if (!service.wanted || stopping_) {
        report(service, ServiceState::State::Stopped, end);
        return;
    }
    if (clock_.now() - service.started >= kGoodRun)
        service.failures = 0;
    Duration delay = kFirstDelay;
    for (int i = 0; i < service.failures && delay < kLongestDelay; ++i)
        delay *= 2;
    delay = std::min(delay, kLongestDelay);
    ++service.failures;
    ++service.restarts;
    service.due = clock_.now() + delay;
    log_.warning("a service ended and is started again",
                 {{"service", service.wish.name}, {"end", end}, {"after_ms", delay.count()}});
    report(service, ServiceState::State::Waiting, end);
}

void Supervisor::begin_shutdown() {
    if (stopping_)
        return;
    stopping_ = true;
    for (const auto& [name, service] : services_) {
        if (service->pid != 0 || service->due)
            stop(*service);
    }
}

void Supervisor::report(const Service& service, ServiceState::State state, std::string message) {
    const std::string line = encode(ServiceState{.name = service.wish.name,
                                                 .state = state,
                                                 .pid = service.pid,
                                                 .restarts = service.restarts,
                                                 .message = std::move(message),
                                                 .log = {service.log.begin(), service.log.end()}});
    // The kernel's process reads all the time; one that does not is about to end.
    ::send(socket_, line.data(), line.size(), MSG_NOSIGNAL);
}

}  // namespace xos::supervisor
