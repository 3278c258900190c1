// The journal alone, the peer of durable writes: commits of the same document, one object each,
// with nothing before and nothing behind.
//
//   bare_journal DIRECTORY DOCUMENT BATCH SECONDS
//
// DOCUMENT is a file with an object as XOS stores it, BATCH how many commits become durable
// together. The directory must exist and be on the disk to measure. Prints commits a second, after
// a second of large batches that does not count: a new log has no room on the disk yet, and waits
// for it at each append.

#include "base/file.h"
#include "base/random.h"
#include "journal/sqlite_engine.h"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace xos::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
    std::string directory;
    std::string document;
    std::size_t batch = 1;
    double seconds = 5;
};

std::vector<journal::Commit> make_batch(const Options& options, Revision head, ObjectId& last) {
    std::vector<journal::Commit> batch(options.batch);
    for (std::size_t i = 0; i < batch.size(); ++i) {
        batch[i].revision = {head.value + 1 + i};
        batch[i].time = from_microseconds(1'700'000'000'000'000);
        batch[i].user = "admin@xos.local";
        batch[i].request = "0123456789abcdef";
        batch[i].schema = {1};
        batch[i].changes.push_back(
            {.id = {++last.value}, .type = "core.Site", .document = options.document});
    }
    return batch;
}

/// Appends for that long; commits a second.
Result<double> append(journal::Engine& engine, const Options& options, double seconds) {
    ObjectId last = engine.highest_id();
    std::size_t commits = 0;
    const auto start = Clock::now();
    std::chrono::duration<double> took{};
    while (took.count() < seconds) {
        const Revision head = engine.head();
        TRY(engine.append(make_batch(options, head, last), head));
        commits += options.batch;
        took = Clock::now() - start;
    }
    return static_cast<double>(commits) / took.count();
}

Result<double> measure(const Options& options) {
    SystemRandom random;
    const auto engine = TRY(journal::SqliteEngine::open({.directory = options.directory}, random));
    TRY(engine->add_schema("bench"));
    std::atomic<bool> ended = false;
    // As xosd does it, on a thread of its own.
    std::thread mover([&] {
        while (!ended && engine->checkpoint())
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
    });
    Options filling = options;
    filling.batch = 64;
    auto rate = append(*engine, filling, 1);
    if (rate)
        rate = append(*engine, options, options.seconds);
    ended = true;
    mover.join();
    return rate;
}

int run(int count, char** words) {
    if (count != 5) {
        std::fprintf(stderr, "usage: bare_journal DIRECTORY DOCUMENT BATCH SECONDS\n");
        return 2;
    }
    auto document = read_file(words[2]);
    if (!document) {
        std::fprintf(stderr, "bare_journal: %s\n", document.error().message().c_str());
        return 1;
    }
    const Options options{.directory = words[1],
                          .document = std::move(document).value(),
                          .batch = std::max(1ul, std::strtoul(words[3], nullptr, 10)),
                          .seconds = std::strtod(words[4], nullptr)};
    const auto rate = measure(options);
    if (!rate) {
        std::fprintf(stderr, "bare_journal: %s\n", rate.error().message().c_str());
        return 1;
    }
    std::printf("%.0f\n", *rate);
    return 0;
}

}  // namespace
}  // namespace xos::bench

int main(int count, char** words) {
    return xos::bench::run(count, words);
}
