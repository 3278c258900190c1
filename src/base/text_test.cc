#include "base/text.h"

#include "base/testing/fake_wall_clock.h"
#include "base/utf8.h"

#include <doctest/doctest.h>

#include <random>

namespace xos {
namespace {

using Pieces = std::vector<std::string_view>;

TEST_CASE("split keeps empty pieces and join puts them together again") {
    CHECK(split("", ',').empty());
    CHECK(split("a", ',') == Pieces{"a"});
    CHECK(split("a,,b", ',') == Pieces{"a", "", "b"});
    CHECK(split(",a,", ',') == Pieces{"", "a", ""});
    CHECK(join(split(",a,,b,", ','), ",") == ",a,,b,");
    CHECK(join(std::vector<std::string>{"x", "y"}, " and ") == "x and y");
}

TEST_CASE("trim takes white space at both ends only") {
    CHECK(trim(" \t a b\r\n") == "a b");
    CHECK(trim(" \n ").empty());
}

TEST_CASE("letters compare without case, other bytes as they are") {
    CHECK(equals_ignore_case("Content-TYPE", "content-type"));
    CHECK(!equals_ignore_case("a", "ab"));
    CHECK(!equals_ignore_case("[", "{"));
    CHECK(to_lower("SliceA-1") == "slicea-1");
    CHECK(to_upper("SliceA-1") == "SLICEA-1");
}

TEST_CASE("a glob matches the whole text") {
    CHECK(glob_match("*", ""));
    CHECK(glob_match("", ""));
    CHECK(!glob_match("", "a"));
    CHECK(glob_match("eu-*", "eu-west"));
    CHECK(!glob_match("eu-*", "us-eu-west"));
    CHECK(glob_match("*-we?t*", "eu-west-1"));
    CHECK(glob_match("a**b", "ab"));
    CHECK(glob_match("node[0-9]", "node7"));
    CHECK(!glob_match("node[!0-9]", "node7"));
    CHECK(glob_match("[]x]", "]"));
    CHECK(glob_match("[a-]", "-"));
    CHECK(glob_match("a[b", "a[b"));
    CHECK(!glob_match("a[b", "ab"));
}

TEST_CASE("a glob of many stars takes no more than quadratic time") {
    std::string pattern;
    for (int i = 0; i < 40; ++i)
        pattern += "a*";
    CHECK(!glob_match(pattern + "b", std::string(5000, 'a')));
}

TEST_CASE("a whole number takes all of its text") {
    CHECK(parse_int("-42") == -42);
    CHECK(!parse_int("42 "));
    CHECK(!parse_int(""));
    CHECK(!parse_int("+4"));
    CHECK(!parse_int("9223372036854775808"));
}

TEST_CASE("the closest name is suggested, and none when all are far") {
    const std::vector<std::string> names = {"name", "slice", "instances", "id"};
    CHECK(closest("slcie", names) == "slice");
    CHECK(closest("Instance", names) == "instances");
    CHECK(closest("nmae", names) == "name");
    CHECK(!closest("flavor", names));
    CHECK(!closest("x", names));
    CHECK(!closest("", names));
}

TEST_CASE("times are written in UTC with microseconds") {
    CHECK(format_time(from_microseconds(0)) == "1970-01-01T00:00:00.000000Z");
    CHECK(format_time(from_microseconds(-1)) == "1969-12-31T23:59:59.999999Z");
    CHECK(format_time(FakeWallClock().now()) == "2024-01-01T00:00:00.000000Z");
}

TEST_CASE("times of any offset and precision are read") {
    const auto time = [](std::string_view text) {
        return to_microseconds(parse_time(text).value());
    };
    CHECK(time("1970-01-01T00:00:00Z") == 0);
    CHECK(time("1970-01-01t01:00:00.5+01:00") == 500'000);
    CHECK(time("1969-12-31 22:30:00.1234567-01:30") == 123'456);
    CHECK(format_time(parse_time("2024-02-29T12:30:00z").value()) == "2024-02-29T12:30:00.000000Z");
}

TEST_CASE("what is no time is refused") {
    for (const char* text :
         {"", "2024", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-01-00T00:00:00Z",
          "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:60Z",
          "2024-01-01T00:00:00", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00+1:00",
          "2024-01-01T00:00:00Z ", "2024-1-1T00:00:00Z", "2024-01-01T00:00:00+0100"}) {
        CHECK_MESSAGE(!parse_time(text).has_value(), text);
    }
}

TEST_CASE("random times read back equal and keep their order as text") {
    std::mt19937_64 random(3);
    std::string last;
    std::int64_t count = to_microseconds(parse_time("0000-01-01T00:00:00Z").value());
    for (int i = 0; i < 300; ++i) {
        const std::string text = format_time(from_microseconds(count));
        CHECK(to_microseconds(parse_time(text).value()) == count);
        CHECK(last < text);
        last = text;
        count += static_cast<std::int64_t>(random() % 1'000'000'000'000'000ULL) + 1;
    }
}

TEST_CASE("durations show their two largest units") {
    using namespace std::chrono_literals;
    CHECK(format_duration(0ms) == "0ms");
    CHECK(format_duration(250ms) == "250ms");
    CHECK(format_duration(65'250ms) == "1m 5s");
    CHECK(format_duration(51h) == "2d 3h");
    CHECK(format_duration(1h + 5s) == "1h");
    CHECK(format_duration(-90s) == "-1m 30s");
}

TEST_CASE("durations are read largest unit first") {
    using namespace std::chrono_literals;
    CHECK(parse_duration("250ms").value() == 250ms);
    CHECK(parse_duration("1h30m").value() == 90min);
    CHECK(parse_duration(" 2d 3h ").value() == 51h);
    for (const char* text : {"", "5", "m", "-5s", "5s1m", "5s5s", "1.5h", "9999999999999d", "5 s"})
        CHECK_MESSAGE(!parse_duration(text).has_value(), text);
}

TEST_CASE("well-formed UTF-8 is told from what is not") {
    CHECK(is_utf8("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF"));
    CHECK(find_invalid_utf8("ab\xC3") == 2);
    for (const char* text : {"\x80", "\xC0\xAF", "\xC1\x81", "\xE0\x80\x80", "\xED\xA0\x80",
                             "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"})
        CHECK(!is_utf8(text));
    CHECK(to_utf8("a\xFF\xC3\xA9") == "a\xEF\xBF\xBD\xC3\xA9");
}

}  // namespace
}  // namespace xos
