#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "supervisor/line_buffer.h"
#include "supervisor/service_process.h"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace xos::supervisor {

/// The process that starts, restarts and stops synchronizers at the wish of the kernel's process,
/// and ends with it. Started as root it is what is left of root.
///
/// A synchronizer that ends is started again, at once the first time, then after delays that double
/// up to a minute; one that ran for a minute starts over with no delay. All signals are handled in
/// `run`; SIGTERM and SIGINT stop the synchronizers, then the kernel. One thread.
class Supervisor {
public:
    struct Options {
        std::string program;  ///< Path of xos-synchronizer.
        /// Who synchronizers run as that are not privileged; absent: as this process does.
        std::optional<Identity> service_user;
        bool is_root = false;      ///< Privileged services can be started.
        Duration patience{5'000};  ///< For a process to end before it is killed.
    };

    /// The kernel's process, a child of this one, and the socket that leads to it.
    struct KernelProcess {
        pid_t pid = 0;
        int socket = -1;
    };

    /// `clock` and `log` must outlive the supervisor. Blocks SIGTERM, SIGINT and SIGCHLD in this
    /// process.
    static Result<std::unique_ptr<Supervisor>> create(Options options, KernelProcess kernel,
                                                      const Clock& clock, Log& log);
    ~Supervisor();

    /// Until the kernel's process has ended: its exit status, as `wait` gives it.
    int run();

private:
    struct Service {
        StartService wish;
        bool wanted = true;
        pid_t pid = 0;
        int output = -1;
        LineBuffer lines;
        std::deque<std::string> log;
        int failures = 0;
        std::int64_t restarts = 0;
        TimePoint started{};
        std::optional<TimePoint> due;
        std::optional<TimePoint> kill_at;
    };

    Supervisor(Options options, KernelProcess kernel, const Clock& clock, Log& log);
    int wait_time() const;
    void poll_once();
    void read_signals();
    void read_socket();
    void read_output(Service& service);
    void obey(const Message& message);
    void start(Service& service);
    void stop(Service& service);
    void act_on_time();
    void reap();
    void ended(Service& service, int status);
    void begin_shutdown();
    bool all_stopped() const;
    void report(const Service& service, ServiceState::State state, std::string message);

    const Options options_;
    const int socket_;
    const pid_t kernel_;
    const Clock& clock_;
    Log& log_;
    int signals_ = -1;
    LineBuffer commands_;
    std::map<std::string, std::unique_ptr<Service>> services_;
    std::optional<int> kernel_status_;
    bool stopping_ = false;
    bool kernel_told_ = false;
};

}  // namespace xos::supervisor
