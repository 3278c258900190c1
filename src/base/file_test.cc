#include "base/file.h"

#include "base/testing/temporary_directory.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace xos {
namespace {

mode_t mode_of(const std::string& path) {
    struct stat found {};
    REQUIRE(::stat(path.c_str(), &found) == 0);
    return found.st_mode & 0777;
}

TEST_CASE("a file reads back what was written, any bytes and any length") {
    const TemporaryDirectory folder;
    for (std::size_t size : {0UL, 1UL, 65536UL, 200'001UL}) {
        std::string content(size, '\0');
        for (std::size_t i = 0; i < size; ++i)
            content[i] = static_cast<char>(i * 7);
        REQUIRE(write_file(folder / "a", content).has_value());
        CHECK(read_file(folder / "a").value() == content);
    }
}

TEST_CASE("a private file is its owner's alone, also when it takes the place of a shared one") {
    const TemporaryDirectory folder;
    REQUIRE(write_file(folder / "key", "x").has_value());
    CHECK(mode_of(folder / "key") == 0644);
    REQUIRE(write_file(folder / "key", "y", FileMode::Private).has_value());
    CHECK(mode_of(folder / "key") == 0600);
}

TEST_CASE("a missing file and one that is too long are told apart") {
    const TemporaryDirectory folder;
    CHECK(read_file(folder / "a").error().code() == ErrorCode::NotFound);
    REQUIRE(write_file(folder / "a", "12345").has_value());
    CHECK(read_file(folder / "a", 4).error().code() == ErrorCode::TooLarge);
    CHECK(read_file(folder / "a", 5).has_value());
}

TEST_CASE("a write that fails leaves the old content and no draft") {
    const TemporaryDirectory folder;
    CHECK(write_file(folder / "none/a", "x").error().code() == ErrorCode::NotFound);
    REQUIRE(make_directories(folder / "taken/inside").has_value());
    CHECK(!write_file(folder / "taken", "x").has_value());
    CHECK(::rmdir((folder / "taken/inside").c_str()) == 0);
    CHECK(::rmdir((folder / "taken").c_str()) == 0);
    CHECK(::rmdir(folder.path().c_str()) == 0);
}

TEST_CASE("folders are made as deep as wanted, twice without harm") {
    const TemporaryDirectory folder;
    REQUIRE(make_directories(folder / "a/b/c", FileMode::Private).has_value());
    REQUIRE(make_directories(folder / "a/b/c/", FileMode::Private).has_value());
    CHECK(mode_of(folder / "a/b") == 0700);
    REQUIRE(write_file(folder / "file", "").has_value());
    CHECK(!make_directories(folder / "file").has_value());
    CHECK(!make_directories(folder / "file/a").has_value());
}

TEST_CASE("removing a file that is not there is no error") {
    const TemporaryDirectory folder;
    REQUIRE(write_file(folder / "a", "").has_value());
    CHECK(remove_file(folder / "a").has_value());
    CHECK(remove_file(folder / "a").has_value());
    CHECK(!read_file(folder / "a").has_value());
}

}  // namespace
}  // namespace xos
