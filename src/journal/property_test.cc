// The SQLite engine against the memory engine: whatever is done to both, both say the same.
#include "base/testing/fake_random.h"
#include "base/testing/temporary_directory.h"
#include "journal/sqlite_engine.h"
#include "journal/testing/fragile_files.h"
#include "journal/testing/memory_engine.h"
#include "journal/testing/random_commits.h"

#include <doctest/doctest.h>

#include <random>

namespace xos::journal {
namespace {

/// Both engines, fed alike. The files of SQLite are never synced: here nothing crashes.
class Pair {
public:
    explicit Pair(std::uint64_t seed) : files_(seed), commits_(seed), random_(seed) { reopen(); }

    void step() {
        switch (random_() % 16) {
            case 0: reopen(); break;
            case 1: CHECK(sqlite_->checkpoint()); break;
            case 2: drop(); break;
            case 3: expire(); break;
            case 4: begin_lineage(); break;
            default: append();
        }
    }

    void compare() { REQUIRE(contents(*sqlite_) == contents(memory_)); }

private:
    void reopen() {
        sqlite_.reset();
        auto opened =
            SqliteEngine::open({.directory = directory_.path(), .files = files_.name()}, lineage_);
        REQUIRE_MESSAGE(opened, opened.error().message());
        sqlite_ = std::move(opened).value();
    }

    void append() {
        const auto batch = commits_.next_batch(5);
        REQUIRE(sqlite_->append(batch, sqlite_->head()));
        REQUIRE(memory_.append(batch, memory_.head()));
    }

    void drop() {
        const auto seconds = static_cast<std::int64_t>(random_() % (memory_.head().value + 1));
        // One call goes around once, so that it does not matter where each engine had stopped.
        const Engine::DropOptions options{.older_than = from_microseconds(seconds * 1'000'000),
                                          .most_feedback = 1 + random_() % 5,
                                          .steps = 1'000'000};
        CHECK(*sqlite_->drop_versions(options) == *memory_.drop_versions(options));
    }

    void expire() {
        const auto now =
            from_microseconds(static_cast<std::int64_t>(memory_.head().value) * 1'000'000);
        CHECK(*sqlite_->expire_side(now) == *memory_.expire_side(now));
        CHECK(*sqlite_->revision_at(now) == *memory_.revision_at(now));
    }

    void begin_lineage() {
        const std::string lineage = std::to_string(random_());
        const ObjectId highest{random_() % 100};
        REQUIRE(sqlite_->begin_lineage(lineage, highest));
        REQUIRE(memory_.begin_lineage(lineage, highest));
    }

    TemporaryDirectory directory_;
    FragileFiles files_;
    FakeRandom lineage_;
    RandomCommits commits_;
    std::mt19937_64 random_;
    MemoryEngine memory_{FakeRandom().hex(16)};
    std::unique_ptr<SqliteEngine> sqlite_;
};

TEST_CASE("both engines say the same after any steps") {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        CAPTURE(seed);
        Pair pair(seed);
        for (int step = 1; step <= 120; ++step) {
            CAPTURE(step);
            pair.step();
            if (step % 20 == 0)
                pair.compare();
        }
    }
}

}  // namespace
}  // namespace xos::journal
