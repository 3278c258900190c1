#include "services/local/files.h"

#include "services/local/process.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <thread>

namespace xos::local {

namespace {

/// A folder that goes with the test.
struct Folder {
    Folder() {
        char name[] = "/tmp/xos-local-files-XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        path = name;
    }
    ~Folder() { CHECK(remove_tree(path).has_value()); }
    std::string path;
};

}  // namespace

TEST_CASE("replacing a file leaves one that is equal untouched") {
    const Folder folder;
    const std::string file = folder.path + "/file";
    REQUIRE(replace_file(file, "one", 0600).has_value());
    struct stat first {};
    struct stat second {};
    REQUIRE(::stat(file.c_str(), &first) == 0);
    CHECK((first.st_mode & 0777) == 0600);
    REQUIRE(replace_file(file, "one", 0600).has_value());
    REQUIRE(::stat(file.c_str(), &second) == 0);
    CHECK(first.st_ino == second.st_ino);
    REQUIRE(replace_file(file, "two").has_value());
    CHECK(*read_file(file) == "two");
    CHECK(list_directory(folder.path)->size() == 1);
}

TEST_CASE("removing a tree follows no link out of it") {
    const Folder kept;
    const Folder folder;
    REQUIRE(replace_file(kept.path + "/file", "kept").has_value());
    REQUIRE(make_directories(folder.path + "/a/b").has_value());
    REQUIRE(::symlink(kept.path.c_str(), (folder.path + "/a/b/link").c_str()) == 0);
    REQUIRE(remove_tree(folder.path + "/a").has_value());
    CHECK(list_directory(folder.path)->empty());
    CHECK(*read_file(kept.path + "/file") == "kept");
    CHECK(remove_tree(folder.path + "/a").has_value());
}

TEST_CASE("a lock is held by one at a time") {
    const Folder folder;
    const std::string file = folder.path + "/lock";
    std::atomic<int> value{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 100; ++i) {
                const auto lock = lock_file(file);
                const int seen = value;
                std::this_thread::yield();
                value = seen + 1;
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    CHECK(value == 400);
}

TEST_CASE("a program's exit code and both outputs come back") {
    const auto output = run_process({.words = {"sh", "-c", "echo one; echo two >&2; exit 7"}});
    REQUIRE(output.has_value());
    CHECK(output->code == 7);
    CHECK(output->text == "one\ntwo\n");
    const auto killed = run_process({.words = {"sh", "-c", "kill -9 $$"}});
    REQUIRE(killed.has_value());
    CHECK(killed->code == 137);
    const auto checked = run_checked({.words = {"sh", "-c", "echo no; exit 3"}});
    REQUIRE_FALSE(checked.has_value());
    CHECK(checked.error().message() == "sh -c echo no; exit 3: exit code 3: no");
}

TEST_CASE("a program that is not there, and one that does not end, are errors") {
    CHECK(run_process({.words = {"/no/such"}}).error().code() == ErrorCode::NotFound);
    const auto late = run_process({.words = {"sleep", "60"}, .deadline = Duration{20}});
    REQUIRE_FALSE(late.has_value());
    CHECK(late.error().message() == "sleep did not end in 20 ms");
    // One that leaves another running holds nobody up.
    const auto output = run_process({.words = {"sh", "-c", "sleep 2 & echo done"}});
    REQUIRE(output.has_value());
    CHECK(output->text == "done\n");
}

}  // namespace xos::local
