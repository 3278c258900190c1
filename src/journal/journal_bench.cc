// Measures the SQLite engine: durable appends alone and in batches, the load at start, checks.
// Usage: journal_bench DIRECTORY [OBJECTS]; the directory must be empty and on the disk to measure.
#include "journal/sqlite_engine.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <thread>
#include <vector>

namespace xos::journal {
namespace {

using Seconds = std::chrono::duration<double>;

class Stopwatch {
public:
    double seconds() const { return Seconds(std::chrono::steady_clock::now() - start_).count(); }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// The time this thread has spent on a processor.
double processor_seconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

template <class T>
T must(Result<T> result) {
    if (!result) {
        std::fprintf(stderr, "%s\n", result.error().message().c_str());
        std::exit(1);
    }
    return std::move(result).value();
}

void must(const Result<void>& result) {
    if (!result) {
        std::fprintf(stderr, "%s\n", result.error().message().c_str());
        std::exit(1);
    }
}

/// Writes objects of 1 KB, each commit one of them, to ids up to a number.
class Load {
public:
    Load(Engine& engine, std::uint64_t objects) : engine_(engine), objects_(objects) {}

    void append(std::size_t size) {
        const Revision head = engine_.head();
        std::vector<Commit> batch(size);
        for (std::size_t i = 0; i < size; ++i) {
            batch[i].revision = {head.value + 1 + i};
            batch[i].time = from_microseconds(1'700'000'000'000'000);
            batch[i].user = "padmin@vicci.org";
            batch[i].request = "0123456789abcdef";
            batch[i].schema = {1};
            batch[i].changes.push_back(
                {.id = next(), .type = "core.Slice", .document = document()});
        }
        must(engine_.append(batch, head));
    }

private:
    ObjectId next() { return {made_ < objects_ ? ++made_ : 1 + random_() % objects_}; }
    std::string document() {
        const std::string body(940, 'x');
        return R"({"name":"mysite_)" + std::to_string(random_()) + R"(","description":")" + body +
               "\"}";
    }

    Engine& engine_;
    const std::uint64_t objects_;
    std::uint64_t made_ = 0;
    std::mt19937_64 random_{1};
};

void measure_appends(Engine& engine, Load& load, std::size_t size, double seconds) {
    std::atomic<bool> ended = false;
    std::thread checkpoints([&] {
        while (!ended) {
            must(engine.checkpoint());
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
    });
    std::vector<double> times;
    const double processor = processor_seconds();
    const Stopwatch all;
    while (all.seconds() < seconds) {
        const Stopwatch one;
        load.append(size);
        times.push_back(one.seconds());
    }
    const double took = all.seconds();
    const double worked = processor_seconds() - processor;
    ended = true;
    checkpoints.join();
    std::sort(times.begin(), times.end());
    const auto part = [&](double share) {
        return 1000 *
               times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))];
    };
    const auto commits = static_cast<double>(times.size() * size);
    std::printf(
        "batch %3zu: %7.0f commits/s, %.0f us of processor each; "
        "an append takes %.2f ms, p99 %.2f, most %.2f\n",
        size, commits / took, 1e6 * worked / commits, part(0.5), part(0.99), part(1));
}

/// What the disk does at best at this moment: 24 KB written and synced, into blocks that are there.
void measure_disk(const std::string& directory) {
    const std::string path = directory + "/bare";
    const int file = open(path.c_str(), O_RDWR | O_CREAT, 0600);
    const std::string bytes(24 * 1024, 'x');
    std::size_t writes = 0;
    for (int round = 0; round < 2; ++round) {
        const Stopwatch watch;
        for (writes = 0; writes < 500; ++writes) {
            if (pwrite(file, bytes.data(), bytes.size(),
                       static_cast<off_t>(writes * bytes.size())) < 0 ||
                fdatasync(file) != 0)
                std::exit(1);
        }
        if (round == 1)
            std::printf("disk:      %7.0f bare writes of 24 KB/s\n",
                        static_cast<double>(writes) / watch.seconds());
    }
    close(file);
    unlink(path.c_str());
}

void run(const std::string& directory, std::uint64_t objects) {
    SystemRandom random;
    {
        auto engine = must(SqliteEngine::open({.directory = directory}, random));
        Load load(*engine, objects);
        for (const std::size_t size : {1, 8, 64}) {
            measure_disk(directory);
            measure_appends(*engine, load, size, 3);
        }
        const Stopwatch fill;
        while (engine->highest_id().value < objects) {
            load.append(1000);
            must(engine->checkpoint());
        }
        std::printf("filled up to %llu objects in %.1f s\n",
                    static_cast<unsigned long long>(objects), fill.seconds());
        for (const std::size_t size : {1, 64}) {
            measure_disk(directory);
            measure_appends(*engine, load, size, 3);
        }
    }
    Stopwatch open;
    auto engine = must(SqliteEngine::open({.directory = directory}, random));
    std::printf("open %.3f s, revision %llu\n", open.seconds(),
                static_cast<unsigned long long>(engine->head().value));
    Stopwatch walk;
    std::size_t bytes = 0;
    must(engine->for_each_object([&](const ObjectView& object) -> Result<void> {
        bytes += object.document.size();
        return {};
    }));
    std::printf("all objects read in %.2f s, %zu MB\n", walk.seconds(), bytes >> 20);
    Stopwatch verify;
    must(engine->verify());
    std::printf("verified in %.2f s\n", verify.seconds());
}

}  // namespace
}  // namespace xos::journal

int main(int count, char** arguments) {
    if (count < 2) {
        std::fprintf(stderr, "usage: journal_bench DIRECTORY [OBJECTS]\n");
        return 2;
    }
    xos::journal::run(arguments[1], count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 100'000);
}
