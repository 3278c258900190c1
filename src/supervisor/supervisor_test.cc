#include "supervisor/supervisor.h"

#include "base/file.h"
#include "base/system_clock.h"
#include "base/testing/temporary_directory.h"
#include "supervisor/link.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

namespace xos::supervisor {
namespace {

TEST_CASE("messages come back as they were sent") {
    const StartService start{.name = "vpn",
                             .service_dir = "/s/vpn",
                             .data_dir = "/d/vpn",
                             .url = "http://127.0.0.1:1",
                             .tls_ca = "",
                             .token = "a\"b",
                             .privileged = true};
    const auto back = decode(encode(start));
    REQUIRE(back);
    const auto* decoded = std::get_if<StartService>(&*back);
    REQUIRE(decoded);
    CHECK(decoded->name == "vpn");
    CHECK(decoded->token == "a\"b");
    CHECK(decoded->privileged);

    const auto state = decode(encode(ServiceState{.name = "vpn",
                                                  .state = ServiceState::State::Waiting,
                                                  .pid = 7,
                                                  .restarts = 2,
                                                  .message = "why",
                                                  .log = {"one", "two"}}));
    const auto* seen = std::get_if<ServiceState>(&*state);
    REQUIRE(seen);
    CHECK(seen->state == ServiceState::State::Waiting);
    CHECK(seen->log == std::vector<std::string>{"one", "two"});
    CHECK(!decode("{}"));
}

/// A supervisor in a process of its own, with this test in the place of the kernel.
struct Supervised {
    TemporaryDirectory directory;
    int ours = -1;
    pid_t kernel = 0, supervisor = 0;

    explicit Supervised(std::string_view script) {
        const std::string program = directory.path() + "/synchronizer";
        REQUIRE(write_file(program, script));
        ::chmod(program.c_str(), 0755);
        int ends[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
        supervisor = ::fork();
        if (supervisor == 0)
            ::_exit(supervise(program, ends[1]));
        ::close(ends[1]);
        ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
        ours = ends[0];
    }

    /// The child's life: its own child sleeps as the kernel would run.
    static int supervise(const std::string& program, int socket) {
        const pid_t kernel = ::fork();
        if (kernel == 0) {
            std::signal(SIGTERM, SIG_DFL);  // Not as the test program handles it.
            ::pause();
            ::_exit(0);
        }
        ::fcntl(socket, F_SETFL, O_NONBLOCK);
        SystemClock clock;
        Log log({.level = LogLevel::Error});
        auto made =
            Supervisor::create({.program = program, .is_root = true}, {kernel, socket}, clock, log);
        return made ? (*made)->run() & 0x7f : 99;
    }

    ~Supervised() {
        ::kill(supervisor, SIGTERM);
        ::waitpid(supervisor, nullptr, 0);
        ::close(ours);
    }

    StartService service(const std::string& name) const {
        return {.name = name,
                .service_dir = directory.path(),
                .data_dir = directory.path() + "/" + name,
                .url = "http://127.0.0.1:1",
                .token = "secret"};
    }
};

template <class Holds>
bool soon(const Holds& holds) {
    for (int i = 0; i < 500; ++i) {
        if (holds())
            return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

TEST_CASE("a synchronizer is started with its token, is started again when it dies, and ends") {
    Supervised world(
        "#!/bin/sh\ncat <&3 > \"$6/token\"; echo started; echo x >> \"$6/starts\"\n"
        "trap 'exit 0' TERM; while :; do sleep 0.05; done\n");
    Link link(world.ours);
    std::thread reader([&] { link.run(); });
    link.start(world.service("vpn"));
    const std::string data = world.directory.path() + "/vpn";
    REQUIRE(soon([&] {
        const auto token = read_file(data + "/token");
        return token && *token == "secret";
    }));
    REQUIRE(soon([&] {
        const auto state = link.find_state("vpn");
        return state && state->pid > 0;
    }));
    const auto first = link.find_state("vpn")->pid;
    CHECK(link.find_state("vpn")->state == ServiceState::State::Running);

    ::kill(static_cast<pid_t>(first), SIGKILL);
    REQUIRE(soon([&] {
        const auto state = link.find_state("vpn");
        return state->pid > 0 && state->pid != first;
    }));
    CHECK(link.find_state("vpn")->restarts == 1);
    CHECK(link.find_state("vpn")->log == std::vector<std::string>{"started"});

    link.stop("vpn");
    REQUIRE(soon([&] { return link.find_state("vpn")->state == ServiceState::State::Stopped; }));
    link.close();
    reader.join();
}

}  // namespace
}  // namespace xos::supervisor
