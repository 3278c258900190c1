// The SQLite engine on a disk that fails and loses power: nothing acknowledged is lost, nothing
// refused is there, nothing is there by half.
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

using Fault = FragileFiles::Fault;
using Extent = FragileFiles::Extent;

/// A journal on fragile files, and the model of what was acknowledged.
class FragileJournal {
public:
    explicit FragileJournal(std::uint64_t seed) : files_(seed), commits_(seed), random_(seed) {}

    FragileFiles& files() { return files_; }
    bool is_open() const { return engine_ != nullptr; }

    /// Opens it. That may fail while the disk does.
    bool open() {
        engine_.reset();
        auto opened = SqliteEngine::open(
            {.directory = directory_.path(), .worth_moving = 1, .files = files_.name()}, lineage_);
        if (!opened) {
            CHECK_MESSAGE(opened.error().code() == ErrorCode::Unavailable,
                          opened.error().message());
            return false;
        }
        engine_ = std::move(opened).value();
        if (!has_lineage_)  // Until an open has succeeded, nobody was told of one.
            REQUIRE(model_.begin_lineage(engine_->lineage(), {0}));
        has_lineage_ = true;
        return true;
    }

    /// Whether the append succeeded. What it was to append remains `pending` if not.
    bool append() {
        if (pending_.empty())
            pending_ = commits_.next_batch(3);
        const auto appended = engine_->append(pending_, engine_->head());
        if (appended)
            accept_pending();
        else
            CHECK_MESSAGE(appended.error().code() == ErrorCode::Unavailable,
                          appended.error().message());
        return appended.has_value();
    }

    /// Housekeeping: it may fail, and must do no harm.
    void keep_house() {
        (void)engine_->checkpoint();
        (void)engine_->check_writing();
        (void)engine_->find_object({1}, engine_->head());
    }

    void crash() {
        files_.lose_power();
        engine_.reset();
        files_.restart();
    }

    /// After a crash within an append that was not answered, that one may be there, whole.
    void settle_pending() {
        if (!pending_.empty() && engine_->head() == pending_.back().revision)
            accept_pending();
    }

    void check() { REQUIRE(contents(*engine_) == contents(model_)); }
    std::uint64_t below(std::uint64_t end) { return random_() % end; }

private:
    void accept_pending() {
        REQUIRE(model_.append(pending_, model_.head()));
        pending_.clear();
    }

    TemporaryDirectory directory_;
    FragileFiles files_;
    FakeRandom lineage_;
    RandomCommits commits_;
    std::mt19937_64 random_;
    MemoryEngine model_;
    bool has_lineage_ = false;
    std::unique_ptr<SqliteEngine> engine_;
    std::vector<Commit> pending_;
};

TEST_CASE("a power failure at any moment loses nothing and leaves nothing by half") {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        CAPTURE(seed);
        FragileJournal journal(seed);
        for (int failure = 0; failure < 20; ++failure) {
            CAPTURE(failure);
            journal.files().fail(Fault::InputError, static_cast<int>(journal.below(120)),
                                 Extent::FromThenOn);
            bool works = journal.open();
            while (works) {
                if (journal.below(4) == 0)
                    journal.keep_house();
                works = journal.append();
            }
            journal.crash();
            REQUIRE(journal.open());
            journal.settle_pending();
            journal.check();
        }
    }
}

/// A short life of a journal, in which one call may fail. Gives it up at the first failure.
bool live_until_failure(FragileJournal& journal) {
    if (!journal.open())
        return false;
    for (int i = 0; i < 3; ++i) {
        if (!journal.append())
            return false;
        journal.keep_house();
    }
    return true;
}

/// How many calls of a kind there are in that life.
int calls_in_life(Fault fault) {
    FragileJournal journal(1);
    REQUIRE(live_until_failure(journal));
    return journal.files().calls(fault);
}

void check_each_call(Fault fault) {
    const int calls = calls_in_life(fault);
    REQUIRE(calls > 20);
    for (int call = 0; call < calls; ++call) {
        CAPTURE(call);
        FragileJournal journal(1);
        journal.files().fail(fault, call, Extent::Once);
        if (!live_until_failure(journal) && journal.is_open())
            journal.check();  // Of what was refused nothing is there,
        journal.crash();
        REQUIRE(journal.open());
        journal.check();  // even if the power goes then.
        REQUIRE(journal.append());
        journal.check();
    }
}

TEST_CASE("an append that meets a full disk is refused, whole, and the next succeeds") {
    check_each_call(Fault::DiskFull);
}

TEST_CASE("an append that meets an input error is refused, whole, and the next succeeds") {
    check_each_call(Fault::InputError);
}

TEST_CASE("an append whose last sync fails is not there, whatever of it reached the disk") {
    for (std::uint64_t seed = 1; seed <= 16; ++seed) {
        CAPTURE(seed);
        FragileJournal journal(seed);
        REQUIRE(journal.open());
        REQUIRE(journal.append());
        journal.files().fail(Fault::SyncError, 0, Extent::Once);
        REQUIRE(!journal.append());
        journal.check();
        journal.crash();
        REQUIRE(journal.open());
        journal.check();
    }
}

TEST_CASE("after a refused append the same engine goes on") {
    FragileJournal journal(7);
    REQUIRE(journal.open());
    for (int round = 0; round < 40; ++round) {
        CAPTURE(round);
        const bool full = round % 2 == 0;
        journal.files().fail(full ? Fault::DiskFull : Fault::InputError,
                             static_cast<int>(journal.below(8)), Extent::FromThenOn);
        while (journal.append())
            continue;
        if (full)
            journal.check();  // Reads go on while the disk is full.
        journal.files().heal();
        journal.check();
        REQUIRE(journal.append());
        journal.keep_house();
    }
    journal.check();
    journal.crash();
    REQUIRE(journal.open());
    journal.check();
}

}  // namespace
}  // namespace xos::journal
