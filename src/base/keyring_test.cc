#include "base/keyring.h"

#include "base/file.h"
#include "base/testing/fake_random.h"
#include "base/testing/temporary_directory.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

namespace xos {
namespace {

struct World {
    TemporaryDirectory directory;
    std::string path = directory / "keyring";
    FakeRandom random;
};

TEST_CASE_FIXTURE(World, "a keyring is read as it was written, and only its owner may read it") {
    CHECK(Keyring::read(path)->is_empty());
    Keyring keyring;
    keyring.add(random);
    const std::string first = keyring.newest_id();
    keyring.add(random);
    CHECK(keyring.newest_id() != first);
    REQUIRE(keyring.write(path));
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);

    const auto again = Keyring::read(path);
    REQUIRE(again);
    CHECK(again->newest_id() == keyring.newest_id());
    CHECK(again->oldest().bytes() == keyring.find(first)->bytes());
    CHECK(!again->find("other"));
}

TEST_CASE_FIXTURE(World, "a keyring that others may read, or that is none, is refused") {
    Keyring keyring;
    keyring.add(random);
    REQUIRE(keyring.write(path));
    ::chmod(path.c_str(), 0640);
    CHECK(Keyring::read(path).error().code() == ErrorCode::PermissionDenied);
    for (const char* text : {"", "{}", R"({"keys":[]})", R"({"keys":[{"id":"a","key":"AAAA"}]})"}) {
        CAPTURE(text);
        REQUIRE(write_file(path, text, FileMode::Private));
        CHECK(Keyring::read(path).error().code() == ErrorCode::Malformed);
    }
}

}  // namespace
}  // namespace xos
