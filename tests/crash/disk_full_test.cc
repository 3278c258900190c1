// The disk under the data is full, and then has room again.
#include "namespaces.h"
#include "world.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace xos::crash {
namespace {

/// A small disk at a folder, up to the end of the mounts' namespace.
class SmallDisk {
public:
    explicit SmallDisk(const std::string& path) : filler_(path + "/filler") {
        REQUIRE(::mkdir(path.c_str(), 0700) == 0);
        REQUIRE(::mount("tmpfs", path.c_str(), "tmpfs", 0, "size=3m") == 0);
    }

    /// Leaves no room for anything.
    void fill() {
        const int file = ::open(filler_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        REQUIRE(file >= 0);
        const std::string block(4096, 'x');
        ssize_t written = 0;
        do {
            written = ::write(file, block.data(), block.size());
        } while (written > 0);
        REQUIRE(errno == ENOSPC);
        ::close(file);
    }

    void free() { REQUIRE(::unlink(filler_.c_str()) == 0); }

private:
    const std::string filler_;
};

Json site(const std::string& name) {
    Json fields;
    for (const char* field : {"name", "login_base"})
        fields.set(field, name);
    fields.set("abbreviated_name", name);
    fields.set("location", std::string(40, 'x'));
    return fields;
}

/// Creates sites until one is refused; how many were made.
std::size_t create_until_refused(client::Api& api, const std::string& prefix, Error& refusal) {
    for (std::size_t made = 0;; ++made) {
        const auto answer = api.create("core/sites", site(prefix + std::to_string(made)));
        if (!answer) {
            refusal = answer.error();
            return made;
        }
        REQUIRE(made < 10'000);
    }
}

TEST_CASE("on a full disk writes are refused with the reason, reads go on, and later writes too") {
    if (!is_production_like()) {
        MESSAGE("left out: only root can mount a disk of its own");
        return;
    }
    World world(seed());
    const Namespaces own;  // Ends first, and its mounts with it.
    SmallDisk disk(world.place().data());
    world.start();
    std::size_t wanted = 1;  // The site of the first start.
    for (int round = 0; round < 3; ++round) {
        CAPTURE(round);
        const std::string prefix = "r" + std::to_string(round) + "n";
        disk.fill();
        Error refusal{ErrorCode::Internal, ""};
        wanted += create_until_refused(world.api(), prefix, refusal);
        CHECK(refusal.code() == ErrorCode::Unavailable);
        CHECK_MESSAGE(refusal.message().find("full") != std::string::npos, refusal.message());
        CHECK(world.api().list_all("core/sites")->size() == wanted);
        CHECK(!world.api().create("core/sites", site(prefix + "x")));

        disk.free();
        CHECK(world.api().create("core/sites", site(prefix + "y")));
        ++wanted;
        CHECK(world.api().list_all("core/sites")->size() == wanted);
        world.xosd().kill_all();
        world.start();
        CHECK(world.api().list_all("core/sites")->size() == wanted);
    }
}

TEST_CASE("killed under load on a full disk, xosd has all that it acknowledged") {
    if (!is_production_like()) {
        MESSAGE("left out: only root can mount a disk of its own");
        return;
    }
    World world(seed());
    const Namespaces own;  // Ends first, and its mounts with it.
    SmallDisk disk(world.place().data());
    for (int i = 0; i < (is_full_run() ? 40 : 4); ++i) {
        CAPTURE(i);
        world.start();
        world.check();
        world.start_writers();
        ::usleep(50'000);
        disk.fill();
        ::usleep(50'000);
        world.xosd().kill_all();
        world.stop_writers();
        disk.free();
    }
    world.start();
    world.check();
}

TEST_CASE("a start on a full disk fails with the reason, or works, and harms nothing") {
    if (!is_production_like()) {
        MESSAGE("left out: only root can mount a disk of its own");
        return;
    }
    World world(seed());
    const Namespaces own;  // Ends first, and its mounts with it.
    SmallDisk disk(world.place().data());
    world.start();
    REQUIRE(world.api().create("core/sites", site("a")));
    world.xosd().kill_all();
    disk.fill();
    {
        const auto xosd = world.place().start();
        const auto url = xosd->await_url();
        MESSAGE((url ? "it works" : url.error().message()));
        if (!url)
            CHECK(url.error().message().find("full") != std::string::npos);
    }
    disk.free();
    world.start();
    CHECK(world.api().list_all("core/sites")->size() == 2);
}

}  // namespace
}  // namespace xos::crash
