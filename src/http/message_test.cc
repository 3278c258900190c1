#include "http/message.h"

#include "http/file_range.h"
#include "http/input_buffer.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

namespace xos::http {
namespace {

class TemporaryFile {
public:
    explicit TemporaryFile(std::string_view text) {
        const int descriptor = ::mkstemp(path_.data());
        REQUIRE(::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
        ::close(descriptor);
    }
    ~TemporaryFile() { ::unlink(path_.c_str()); }
    const std::string& path() const { return path_; }

private:
    std::string path_ = "/tmp/xos_http_test_XXXXXX";
};

TEST_CASE("an event is written line by line") {
    CHECK(format_event({"7", "put", "{}"}) == "id: 7\nevent: put\ndata: {}\n\n");
    CHECK(format_event({"", "", "a\nb\r\nc\rd"}) == "data: a\ndata: b\ndata: c\ndata: d\n\n");
    CHECK(format_event({}) == "data: \n\n");
}

TEST_CASE("a body is one of three things and has a size") {
    const TemporaryFile file("0123456789");
    CHECK(size_of(std::string("abc")) == 3);
    CHECK(size_of(std::make_shared<const std::string>("abcd")) == 4);
    CHECK(size_of(FileRange::open(file.path(), 2).value()) == 8);
    CHECK(size_of(std::shared_ptr<const std::string>()) == 0);
}

TEST_CASE("a part of a file is read and nothing beside it") {
    const TemporaryFile file("0123456789");
    const auto range = FileRange::open(file.path(), 2, 5);
    REQUIRE(range);
    CHECK(range->size() == 5);
    CHECK(range->file_size() == 10);
    char bytes[16];
    CHECK(range->read(0, bytes).value() == 5);
    CHECK(std::memcmp(bytes, "23456", 5) == 0);
    CHECK(range->read(4, bytes).value() == 1);
    CHECK(range->read(5, bytes).value() == 0);
}

TEST_CASE("a file that cannot be sent says why") {
    const TemporaryFile file("0123456789");
    CHECK(FileRange::open("/nowhere/at/all").error().code() == ErrorCode::NotFound);
    CHECK(FileRange::open("/tmp").error().code() == ErrorCode::Invalid);
    CHECK(FileRange::open(file.path(), 11).error().code() == ErrorCode::Invalid);
    CHECK(FileRange::open(file.path(), 5, 6).error().code() == ErrorCode::Invalid);
    CHECK(FileRange::open(file.path(), 10).value().size() == 0);
}

TEST_CASE("the code of a status is that of the API's table") {
    CHECK(error_code_of(404) == ErrorCode::NotFound);
    CHECK(error_code_of(412) == ErrorCode::Stale);
    CHECK(error_code_of(418) == ErrorCode::Malformed);
    CHECK(error_code_of(500) == ErrorCode::Internal);
    CHECK(error_code_of(503) == ErrorCode::Unavailable);
}

TEST_CASE("an input buffer keeps its bytes while it grows and moves") {
    InputBuffer buffer;
    std::string expected;
    for (int round = 0; round < 2000; ++round) {
        const auto room = buffer.room(round % 700 + 1, 64U << 10U);
        if (room.empty())
            break;
        const std::size_t count = std::min<std::size_t>(room.size(), round % 97);
        for (std::size_t i = 0; i < count; ++i) {
            room[i] = static_cast<char>('a' + (round + i) % 26);
            expected += room[i];
        }
        buffer.commit(count);
        const std::size_t taken = std::min<std::size_t>(buffer.view().size(), round % 53);
        buffer.consume(taken);
        expected.erase(0, taken);
        REQUIRE(buffer.view() == expected);
    }
    buffer.consume(buffer.view().size());
    buffer.shrink();
    CHECK(buffer.is_empty());
    CHECK(buffer.room(10, 100).size() == 100);
}

TEST_CASE("a full input buffer has no room") {
    InputBuffer buffer;
    const auto room = buffer.room(64, 64);
    CHECK(room.size() == 64);
    buffer.commit(64);
    CHECK(buffer.room(1, 64).empty());
    buffer.consume(1);
    CHECK(!buffer.room(1, 64).empty());
}

}  // namespace
}  // namespace xos::http
