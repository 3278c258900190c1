// xosd is killed at any moment, while several clients write: what it acknowledged is there, whole.
#include "world.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <csignal>

namespace xos::crash {
namespace {

constexpr int kKills = 32;
constexpr int kFullKills = 400;
constexpr int kKillsOfOneModel = 40;
constexpr Duration kPatience{10'000};

/// Ends xosd in one of the ways in which it can end.
class Reaper {
public:
    explicit Reaper(std::uint64_t seed) : random_(seed) {}

    void let_work(int most) { ::usleep(static_cast<useconds_t>(random_() % most * 1000)); }

    void end(World& world) {
        XosdProcess& xosd = world.xosd();
        const auto kernel = xosd.kernel();
        switch (random_() % 6) {
            case 0:
                REQUIRE(kernel);
                ::kill(*kernel, SIGKILL);
                break;
            case 1: xosd.signal(SIGKILL); break;  // The kernel's process is told by the system.
            case 2: xosd.signal(SIGTERM); break;
            default: ::kill(-xosd.pid(), SIGKILL);
        }
        CHECK(xosd.all_end(kPatience));
    }

    /// A start that does not come to its end.
    void break_start(World& world) {
        const auto xosd = world.place().start();
        let_work(150);
        xosd->kill_all();
    }

    bool chance(int of) { return random_() % static_cast<std::uint64_t>(of) == 0; }

private:
    std::mt19937_64 random_;
};

TEST_CASE("whoever is killed loses nothing that was acknowledged, and leaves nothing half") {
    const int kills = is_full_run() ? kFullKills : kKills;
    std::size_t acknowledged = 0, uncertain = 0;
    for (int done = 0; done < kills;) {
        Reaper reaper(seed() + static_cast<std::uint64_t>(done));
        World world(seed() + static_cast<std::uint64_t>(done));
        for (int i = 0; i < kKillsOfOneModel && done < kills; ++i, ++done) {
            CAPTURE(done);
            if (reaper.chance(4)) {
                reaper.break_start(world);
                ++done;
            }
            world.start();
            world.check();
            world.start_writers();
            reaper.let_work(250);
            reaper.end(world);
            world.stop_writers();
        }
        world.start();
        world.check();
        acknowledged += world.acknowledged();
        uncertain += world.uncertain();
    }
    MESSAGE(acknowledged << " writes were acknowledged, " << uncertain << " were not answered");
    CHECK(acknowledged > static_cast<std::size_t>(kills));
    CHECK(uncertain > 0);
}

}  // namespace
}  // namespace xos::crash
