// A process that appends and is killed at any moment: what it acknowledged is there, whole.
#include "base/testing/fake_random.h"
#include "base/testing/temporary_directory.h"
#include "journal/sqlite_engine.h"
#include "journal/testing/memory_engine.h"
#include "journal/testing/random_commits.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <random>

namespace xos::journal {
namespace {

Result<std::unique_ptr<SqliteEngine>> open_journal(const std::string& directory) {
    FakeRandom random;
    return SqliteEngine::open({.directory = directory, .worth_moving = 20}, random);
}

/// The life of the child: appends, and writes the revision of each batch that is durable to
/// `pipe`. Cleans up in between, as xosd does. Ends by being killed.
[[noreturn]] void append_for_ever(const std::string& directory, RandomCommits commits, int pipe) {
    const auto engine = open_journal(directory);
    if (!engine)
        _exit(1);
    for (int round = 1;; ++round) {
        const auto batch = commits.next_batch(8);
        if (!(*engine)->append(batch, (*engine)->head()))
            _exit(2);
        const std::uint64_t revision = batch.back().revision.value;
        if (write(pipe, &revision, sizeof revision) != sizeof revision)
            _exit(3);
        if (round % 4 == 0 && !(*engine)->checkpoint())
            _exit(4);
    }
}

/// A journal that lives through kills, and the model of it.
class KilledJournal {
public:
    explicit KilledJournal(std::uint64_t seed) : commits_(seed), random_(seed) {}

    /// Starts a child, lets it work for some batches and a bit, and kills it.
    void run_and_kill() {
        int ends[2];
        REQUIRE(pipe(ends) == 0);
        const pid_t child = fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            close(ends[0]);
            append_for_ever(directory_.path(), commits_, ends[1]);
        }
        close(ends[1]);
        std::uint64_t batches = random_() % 8;
        std::uint64_t revision = 0;
        while (batches-- > 0 && read(ends[0], &revision, sizeof revision) == sizeof revision)
            acknowledged_ = revision;
        usleep(static_cast<useconds_t>(random_() % 1500));
        kill(child, SIGKILL);
        int status = 0;
        REQUIRE(waitpid(child, &status, 0) == child);
        REQUIRE(WIFSIGNALED(status));
        // What it wrote to the pipe before the end was acknowledged as well.
        while (read(ends[0], &revision, sizeof revision) == sizeof revision)
            acknowledged_ = revision;
        close(ends[0]);
    }

    /// Brings the model to the head that is found, by whole batches, and compares.
    void check() {
        const auto opened = open_journal(directory_.path());
        REQUIRE_MESSAGE(opened, opened.error().message());
        SqliteEngine& engine = **opened;
        REQUIRE(engine.head().value >= acknowledged_);
        while (model_.head() < engine.head()) {
            const auto batch = commits_.next_batch(8);
            REQUIRE(model_.append(batch, model_.head()));
        }
        REQUIRE(model_.head() == engine.head());
        REQUIRE(model_.begin_lineage(engine.lineage(), {0}));
        REQUIRE(contents(engine) == contents(model_));
    }

    std::uint64_t acknowledged() const { return acknowledged_; }

private:
    TemporaryDirectory directory_;
    RandomCommits commits_;  // Stands at the head.
    std::mt19937_64 random_;
    std::uint64_t acknowledged_ = 0;
    MemoryEngine model_;
};

int kills() {
    const char* count = std::getenv("XOS_CRASH_KILLS");
    return count != nullptr ? std::atoi(count) : 20;
}

TEST_CASE("a process that is killed loses nothing that it acknowledged") {
    std::uint64_t acknowledged = 0;
    // The comparison grows with the journal: a new one after every twenty kills.
    for (int begun = 0; begun < kills(); begun += 20) {
        CAPTURE(begun);
        KilledJournal journal(static_cast<std::uint64_t>(begun));
        for (int i = 0; i < 20; ++i) {
            CAPTURE(i);
            journal.run_and_kill();
            journal.check();
        }
        acknowledged += journal.acknowledged();
    }
    CHECK(acknowledged > 0);
}

}  // namespace
}  // namespace xos::journal
