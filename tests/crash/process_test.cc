// What xosd is as a process: how it ends, whom it lets in, what it leaves on the disk.
#include "base/file.h"
#include "base/system_clock.h"
#include "base/text.h"
#include "world.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

namespace xos::crash {
namespace {

constexpr Duration kPatience{10'000};

/// The mode bits of a file.
unsigned mode_of(const std::string& path) {
    struct stat status {};
    REQUIRE_MESSAGE(::stat(path.c_str(), &status) == 0, path);
    return status.st_mode & 07777U;
}

uid_t owner_of(const std::string& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_uid;
}

Json site(const std::string& name) {
    Json fields;
    for (const char* field : {"name", "login_base", "abbreviated_name"})
        fields.set(field, name);
    return fields;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

struct End {
    std::optional<int> code;
    std::string said;
};

/// An xosd with these words on its command line, up to its end: exit code and output.
End run_to_end(Place& place, std::vector<std::string> arguments) {
    const auto xosd = place.start({.data = place.data(),
                                   .arguments = std::move(arguments),
                                   .log = place.log(),
                                   .user = plain_user()});
    const auto code = xosd->await_end(kPatience);
    return {code, xosd->output()};
}

TEST_CASE("SIGTERM under load ends xosd within ten seconds with exit code 0, and nothing is lost") {
    World world(seed());
    for (int i = 0; i < (is_full_run() ? 50 : 4); ++i) {
        CAPTURE(i);
        world.start();
        world.check();
        world.start_writers();
        ::usleep(100'000);
        world.xosd().signal(i % 2 == 0 ? SIGTERM : SIGINT);
        CHECK(world.xosd().await_end(kPatience) == 0);
        world.stop_writers();
        CHECK(world.xosd().all_end(Duration(1'000)));
    }
    world.start();
    world.check();
    CHECK(world.acknowledged() > 0);
}

TEST_CASE("an end of the kernel's process ends all, and the exit code says so") {
    World world(seed());
    world.start();
    const auto kernel = world.xosd().kernel();
    REQUIRE(kernel);
    ::kill(*kernel, SIGKILL);
    CHECK(world.xosd().await_end(kPatience) == 128 + SIGKILL);
    CHECK(world.xosd().all_end(kPatience));
}

TEST_CASE("an end of the first process ends all") {
    World world(seed());
    world.start();
    world.xosd().signal(SIGKILL);
    CHECK(world.xosd().all_end(kPatience));
    world.start();
    world.check();
}

TEST_CASE("a second xosd on the same data refuses, naming the first, and harms nothing") {
    World world(seed());
    world.start();
    REQUIRE(world.api().create("core/sites", site("first")));
    const End end = run_to_end(world.place(), {"--listen", "127.0.0.1:0"});
    CHECK(end.code == 1);
    CHECK_MESSAGE(contains(end.said, std::to_string(*world.xosd().kernel())), end.said);
    CHECK(world.api().create("core/sites", site("second")));
    world.xosd().kill_all();
    world.start();
    CHECK(world.api().list_all("core/sites")->size() == 3);
}

TEST_CASE("a port that is taken ends xosd with exit code 1, saying so") {
    World world(seed());
    world.start();
    Place other;
    const std::string url = world.url();
    const End end = run_to_end(other, {"--listen", url.substr(url.find("//") + 2)});
    CHECK(end.code == 1);
    CHECK_MESSAGE(contains(end.said, "ddress already in use"), end.said);
}

TEST_CASE("data and the first password are for their owner alone") {
    Place place;
    ::umask(0);
    const auto xosd = place.start(
        {.data = place.data(), .log = place.log(), .user = plain_user(), .password = ""});
    const auto url = xosd->await_url();
    ::umask(022);
    REQUIRE_MESSAGE(url, url.error().message());
    CHECK(mode_of(place.data()) == 0700);
    CHECK(mode_of(place.data() + "/content") == 0700);
    for (const char* file : {"admin-password", "journal.db", "lock"}) {
        CAPTURE(file);
        CHECK(mode_of(place.data() + "/" + file) == 0600);
        CHECK(owner_of(place.data() + "/" + file) == owner_of(place.data()));
    }
    if (::geteuid() == 0)
        CHECK(owner_of(place.data()) != 0);
    CHECK(contains(xosd->output(), place.data() + "/admin-password"));
    auto api = client::Api::create(*url, {});
    REQUIRE(api);
    const auto password = read_file(place.data() + "/admin-password");
    REQUIRE(password);
    CHECK((*api)->login(kEmail, trim(*password), "test"));
    CHECK(!(*api)->login(kEmail, "another", "test"));
}

TEST_CASE("data that others could read is closed to them at the next start") {
    World world(seed());
    world.start();
    world.xosd().kill_all();
    REQUIRE(::chmod(world.place().data().c_str(), 0755) == 0);
    world.start();
    CHECK(mode_of(world.place().data()) == 0700);
}

TEST_CASE("a wrong command line ends with exit code 2, saying what was wanted") {
    struct Wrong {
        std::vector<std::string> words;
        std::string said;
    };
    Place place;
    for (const Wrong& wrong : std::vector<Wrong>{
             {{"--wrong"}, "--wrong"},
             {{"extra"}, "extra"},
             {{"--listen", "9101"}, "ADDRESS:PORT"},
             {{"--listen", "127.0.0.1:99999"}, "ADDRESS:PORT"},
             {{"--listen", "0.0.0.0:0"}, "TLS"},
             {{"--tls-cert", "/cert.pem"}, "--tls-key"},
             {{"--log-level", "loud"}, "debug, info, warning, error"},
         }) {
        CAPTURE(wrong.words);
        const End end = run_to_end(place, wrong.words);
        CHECK(end.code == 2);
        CHECK_MESSAGE(contains(end.said, wrong.said), end.said);
        CHECK(std::count(end.said.begin(), end.said.end(), '\n') <= 2);
    }
    CHECK(::access(place.data().c_str(), F_OK) != 0);
}

TEST_CASE("data that is no folder, or cannot be made, ends with exit code 1, naming it") {
    Place place;
    for (const std::string& data : {std::string("/dev/null"), std::string("/proc/none")}) {
        const auto xosd = place.start({.data = data, .log = place.log(), .user = plain_user()});
        CHECK(xosd->await_end(kPatience) == 1);
        CHECK_MESSAGE(contains(xosd->output(), data), xosd->output());
    }
}

TEST_CASE("an id is not used again, even that of the newest object, gone without a trace") {
    World world(seed());
    std::int64_t highest = 0;
    for (int i = 0; i < 3; ++i) {
        world.start();
        Json wish;
        wish.set("name", "short lived " + std::to_string(i));
        wish.set("expires", format_time(SystemWallClock().now() + std::chrono::hours(1)));
        const auto token = world.api().call("POST", "utility/tokens", wish);
        REQUIRE_MESSAGE(token, token.error().message());
        CHECK(token->number("id") > highest);
        highest = token->number("id");
        REQUIRE(world.api().call("DELETE", "utility/tokens/" + std::to_string(highest)));
        world.xosd().kill_all();
    }
    world.start();
    const auto made = world.api().create("core/sites", site("last"));
    REQUIRE(made);
    CHECK(made->number("id") > highest);
}

}  // namespace
}  // namespace xos::crash
