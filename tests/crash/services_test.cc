// xosd with a service: who it and its synchronizer run as, and that all of them end together.
#include "namespaces.h"
#include "world.h"

#include <doctest/doctest.h>
#include <pwd.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

namespace xos::crash {
namespace {

namespace fs = std::filesystem;

constexpr Duration kPatience{10'000};
constexpr uid_t kNobody = 65534;

/// The built services, copied: xosd wants them to be root's, wherever the build is.
std::string copy_services(const Place& place) {
    const fs::path from = fs::path(program("xosd")).parent_path().parent_path() / "services/local";
    const fs::path to = fs::path(place.path()) / "services/local";
    fs::create_directories(to);
    for (const auto& entry : fs::directory_iterator(from)) {
        const std::string name = entry.path().filename();
        if (name != "CMakeFiles" && entry.path().extension() != ".a")
            fs::copy(entry.path(), to / name, fs::copy_options::recursive);
    }
    return to.parent_path();
}

/// The real user of a process, from /proc.
uid_t user_of(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/status");
    for (std::string word; file >> word;) {
        if (word == "Uid:") {
            uid_t user = 0;
            file >> user;
            return user;
        }
    }
    return static_cast<uid_t>(-1);
}

/// What `services` says of "local" once it says `state`, or at last.
Json await_state(const std::string& url, const std::string& state) {
    auto api = client::Api::create(url, {});
    REQUIRE(api);
    REQUIRE((*api)->login(kEmail, kPassword, "test"));
    Json service;
    for (int i = 0; i < 1000; ++i) {
        const auto answer = (*api)->call("GET", "services");
        REQUIRE(answer);
        const auto& items = *answer->find("items")->as_array();
        REQUIRE(items.size() == 1);
        service = items[0];
        if (service.text("state") == state)
            break;
        ::usleep(10'000);
    }
    return service;
}

struct ServiceFixture {
    Place place;

    std::unique_ptr<XosdProcess> start(std::optional<uid_t> user) {
        const std::string services = place.path() + "/services";
        if (!fs::exists(services))
            copy_services(place);
        return place.start({.data = place.data(),
                            .arguments = {"--listen", "127.0.0.1:0", "--services", services},
                            .log = place.log(),
                            .user = user});
    }
};

TEST_CASE_FIXTURE(ServiceFixture, "started by root, each part runs as who it should, and all end") {
    if (!is_production_like()) {
        MESSAGE("left out: wants root, and the users xos and xos-service");
        return;
    }
    const Namespaces own;
    for (const int way : {0, 1, 2, 3}) {
        CAPTURE(way);
        const auto xosd = start(std::nullopt);
        const auto url = xosd->await_url();
        REQUIRE_MESSAGE(url, url.error().message());
        const Json service = await_state(*url, "running");
        REQUIRE_MESSAGE(service.text("state") == "running", service.format());
        const auto synchronizer = static_cast<pid_t>(service.number("pid"));
        CHECK(user_of(xosd->pid()) == 0);
        CHECK(user_of(*xosd->kernel()) == ::getpwnam("xos")->pw_uid);
        CHECK(user_of(synchronizer) == 0);  // It is privileged.
        CHECK(xosd->processes().size() >= 3);
        const auto end = [&](pid_t pid, int signal) { REQUIRE(::kill(pid, signal) == 0); };
        switch (way) {
            case 0: end(*xosd->kernel(), SIGKILL); break;
            case 1: end(xosd->pid(), SIGKILL); break;
            case 2: end(-xosd->pid(), SIGKILL); break;
            default: end(xosd->pid(), SIGTERM);
        }
        CHECK(xosd->all_end(kPatience));
        CHECK(::kill(synchronizer, 0) != 0);
        if (way == 3)
            CHECK(xosd->await_end(kPatience) == 0);
    }
}

TEST_CASE_FIXTURE(ServiceFixture, "a synchronizer that is killed is started again") {
    if (!is_production_like()) {
        MESSAGE("left out: wants root, and the users xos and xos-service");
        return;
    }
    const Namespaces own;
    const auto xosd = start(std::nullopt);
    const auto url = xosd->await_url();
    REQUIRE_MESSAGE(url, url.error().message());
    const Json before = await_state(*url, "running");
    REQUIRE(::kill(static_cast<pid_t>(before.number("pid")), SIGKILL) == 0);
    CHECK(await_state(*url, "waiting").text("message").find("Killed") != std::string::npos);
    const Json after = await_state(*url, "running");
    CHECK(after.text("state") == "running");
    CHECK(after.number("pid") != before.number("pid"));
    CHECK(after.number("restarts") == 1);
}

TEST_CASE_FIXTURE(ServiceFixture,
                  "started by another user, all runs as that user, and what needs root says so") {
    const auto xosd = start(::geteuid() == 0 ? std::optional(kNobody) : std::nullopt);
    const auto url = xosd->await_url();
    REQUIRE_MESSAGE(url, url.error().message());
    const Json service = await_state(*url, "refused");
    CHECK(service.text("state") == "refused");
    CHECK(service.text("message") == "needs root, and xosd was not started as root");
    CHECK(service.number("pid") == 0);
    const auto processes = xosd->processes();
    CHECK(processes.size() == 2);
    for (const pid_t pid : processes)
        CHECK(user_of(pid) == (::geteuid() == 0 ? kNobody : ::geteuid()));
    xosd->signal(SIGTERM);
    CHECK(xosd->await_end(kPatience) == 0);
}

}  // namespace
}  // namespace xos::crash
