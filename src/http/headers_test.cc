#include "http/headers.h"

#include <doctest/doctest.h>

namespace xos::http {
namespace {

TEST_CASE("headers are found without regard to case") {
    const Headers headers{{"Content-Type", "text/plain"}, {"ETag", "\"1\""}, {"etag", "\"2\""}};
    CHECK(headers.size() == 3);
    CHECK(headers.find("CONTENT-type") == "text/plain");
    CHECK(headers.find("etag") == "\"1\"");
    CHECK(!headers.find("Content"));
    CHECK(!headers.find("text/plain"));
    CHECK(headers.text("missing", "other") == "other");
}

TEST_CASE("set replaces and remove takes all lines of a name") {
    Headers headers{{"A", "1"}, {"B", "2"}, {"a", "3"}};
    headers.set("A", "4");
    CHECK(headers.lines() == "B: 2\r\nA: 4\r\n");
    headers.remove("b");
    CHECK(headers.lines() == "A: 4\r\n");
    CHECK(headers.size() == 1);
    headers.clear();
    CHECK(headers.lines().empty());
}

TEST_CASE("no value breaks out of its line") {
    Headers headers;
    headers.add("Location", "/a\r\nSet-Cookie: b=1\n");
    headers.add("X", std::string_view("a\0b:c", 5));
    CHECK(headers.lines() == "Location: /a  Set-Cookie: b=1 \r\nX: a b:c\r\n");
    CHECK(!headers.find("Set-Cookie"));
    CHECK(headers.find("x") == "a b:c");
    std::size_t count = 0;
    headers.for_each([&](std::string_view, std::string_view) { ++count; });
    CHECK(count == 2);
}

TEST_CASE("an empty value is a value") {
    const Headers headers{{"Empty", ""}, {"Next", "1"}};
    CHECK(headers.find("Empty") == "");
    CHECK(headers.find("Next") == "1");
}

}  // namespace
}  // namespace xos::http
