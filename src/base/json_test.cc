#include "base/json.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>

namespace xos {
namespace {

Json parsed(std::string_view text) {
    auto value = Json::parse(text);
    REQUIRE_MESSAGE(value.has_value(), text << ": " << value.error().message());
    return *value;
}

std::string refusal(std::string_view text) {
    const auto value = Json::parse(text);
    REQUIRE_MESSAGE(!value.has_value(), "accepted: " << text);
    CHECK(value.error().code() == ErrorCode::Malformed);
    return value.error().message();
}

TEST_CASE("each form of value is read and written") {
    for (const char* text :
         {"null", "true", "false", "0", "-17", "9223372036854775807", "-9223372036854775808", "1.5",
          "1e+300", "\"\"", "\"a\"", "[]", "{}", "[1,[2,{\"a\":null}],\"x\"]",
          "{\"b\":1,\"a\":{\"c\":[true,false]}}"}) {
        CHECK(parsed(text).format() == text);
        CHECK(parsed("[" + std::string(text) + "]").format() == "[" + std::string(text) + "]");
        CHECK(parsed(" \n\t" + std::string(text) + "\r\n ").format() == text);
    }
}

TEST_CASE("numbers without fraction that fit are whole, all others are doubles") {
    CHECK(*parsed("12").as_int() == 12);
    CHECK(*parsed("-0").as_int() == 0);
    CHECK(*parsed("12.0").as_double() == 12.0);
    CHECK(*parsed("1e2").as_double() == 100.0);
    CHECK(*parsed("9223372036854775808").as_double() == 9223372036854775808.0);
    CHECK(*parsed("[-9223372036854775809]").as_array()->front().as_double() ==
          -9223372036854775808.0);
    CHECK(*parsed("123456789012345678901234567890").as_double() ==
          123456789012345678901234567890.0);
    CHECK(parsed("2.0").format() == "2.0");
    CHECK(*Json(std::uint64_t{7}).as_int() == 7);
    CHECK(Json(std::numeric_limits<std::uint64_t>::max()).as_double() != nullptr);
}

TEST_CASE("what is not JSON is refused with the byte offset") {
    for (const char* text : {"",
                             " ",
                             "[",
                             "]",
                             "{",
                             "[1",
                             "[1,",
                             "[1,]",
                             "[,1]",
                             "[1 2]",
                             "{\"a\"}",
                             "{\"a\":}",
                             "{a:1}",
                             "{\"a\":1,}",
                             "nul",
                             "nullx",
                             "nullx ",
                             "null null",
                             "truex",
                             "[truex]",
                             "[nullx]",
                             "falsey ",
                             "tru",
                             "01",
                             "[01]",
                             "-",
                             "+1",
                             "1.",
                             ".5",
                             "[1.]",
                             "1e",
                             "0x10",
                             "1e400",
                             "[NaN]",
                             "Infinity",
                             "'a'",
                             "\"a",
                             "\"\\x\"",
                             "\"\\u12\"",
                             "\"\\ud800\"",
                             "\"\t\"",
                             "[1]]",
                             "1 2",
                             "{} x",
                             "[1]x",
                             "\"a\" b",
                             "{\"a\":1 \"b\":2}",
                             "//",
                             "[1}"}) {
        refusal(text);
    }
    CHECK(refusal("[1, x]").find("at byte 4") != std::string::npos);
    CHECK(refusal("[1,2] x").find("at byte 6") != std::string::npos);
    CHECK(refusal(std::string_view("[\"a\0\"]", 6)).find("control") != std::string::npos);
}

TEST_CASE("a member that is given twice is refused by name") {
    CHECK(refusal("{\"a\":1,\"b\":2,\"a\":3}") == "member \"a\" is given twice");
    std::string many = "{";
    for (int i = 0; i < 100; ++i)
        many += "\"m" + std::to_string(i) + "\":0,";
    CHECK(parsed(many + "\"last\":0}").as_object()->size() == 101);
    CHECK(refusal(many + "\"m57\":0}") == "member \"m57\" is given twice");
    CHECK(refusal("{\"a\":1,\"\\u0061\":2}") == "member \"a\" is given twice");
}

TEST_CASE("nesting is accepted to 64 levels and refused deeper") {
    CHECK(parsed(std::string(64, '[') + std::string(64, ']')).is_array());
    refusal(std::string(65, '[') + std::string(65, ']'));
    refusal(std::string(100'000, '['));
    std::string deep;
    for (int i = 0; i < 65; ++i)
        deep += "{\"a\":";
    refusal(deep + "1" + std::string(65, '}'));
}

TEST_CASE("escapes are decoded, and written only where they are needed") {
    CHECK(*parsed(R"("a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\u0000z")").as_string() ==
          std::string("a\"\\/\b\f\n\r\t\xC3\xA9\xF0\x9F\x98\x80\0z", 17));
    CHECK(Json(std::string("\"\\/\b\f\n\r\t\x01\x7f\xC3\xA9\0", 13)).format() ==
          "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\x7f\xC3\xA9\\u0000\"");
}

TEST_CASE("text that is not UTF-8 is refused when read and replaced when written") {
    CHECK(refusal("[\"a\xFF\"]") == "not JSON at byte 3: invalid UTF-8");
    refusal("\"\xC0\x80\"");
    refusal("\"\xED\xA0\x80\"");
    CHECK(Json("a\xFFz").format() == "\"a\xEF\xBF\xBDz\"");
    CHECK(Json("a\xE2\x82").format() == "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST_CASE("members are found, set in place and added at the end") {
    Json json;
    json.set("b", 1);
    json.set("a", "x");
    json.set("b", true);
    CHECK(json.format() == R"({"b":true,"a":"x"})");
    CHECK(json.text("a") == "x");
    CHECK(json.text("b", "none") == "none");
    CHECK(json.number("a", 4) == 4);
    CHECK(json.find("c") == nullptr);
    CHECK(Json(3).find("c") == nullptr);
    *json.find("a") = 9;
    CHECK(json.number("a") == 9);
    Json list;
    list.add(1);
    list.add(Json());
    CHECK(list.format() == "[1,null]");
    CHECK(list == parsed("[1,null]"));
    CHECK(list != parsed("[1.0,null]"));
}

TEST_CASE("pretty text is indented by two and reads back") {
    const Json json = parsed(R"({"a":[1,{"b":[]}],"c":{},"d":"x"})");
    CHECK(json.format_pretty() ==
          "{\n  \"a\": [\n    1,\n    {\n      \"b\": []\n    }\n  ],\n  \"c\": {},\n"
          "  \"d\": \"x\"\n}");
    CHECK(parsed(json.format_pretty()) == json);
}

TEST_CASE("the writer puts commas and colons") {
    std::string out;
    JsonWriter writer(out);
    writer.begin_object();
    writer.member("a", 1);
    writer.name("b");
    writer.begin_array();
    writer.begin_array();
    writer.end_array();
    writer.begin_object();
    writer.end_object();
    writer.value("x");
    writer.null();
    writer.raw("{\"k\":1}");
    writer.end_array();
    writer.member("c", std::numeric_limits<std::uint64_t>::max());
    writer.member("d", std::numeric_limits<double>::infinity());
    writer.member("e", std::string_view("y"));
    writer.member("f", false);
    writer.end_object();
    CHECK(out == R"({"a":1,"b":[[],{},"x",null,{"k":1}],"c":18446744073709551615,)"
                 R"("d":null,"e":"y","f":false})");
}

/// Random values, deep and wide enough to meet every form within every other.
class RandomJson {
public:
    explicit RandomJson(unsigned seed) : random_(seed) {}

    Json value(int depth) {
        switch (pick(depth > 0 ? 7 : 5)) {
            case 0: return {};
            case 1: return pick(2) == 1;
            case 2: return static_cast<std::int64_t>(random_()) >> pick(64);
            case 3: return number();
            case 4: return text();
            case 5: {
                Json::Array items;
                for (auto left = pick(5); left > 0; --left)
                    items.push_back(value(depth - 1));
                return items;
            }
            default: {
                Json::Object members;
                for (auto left = pick(30); left > 0; --left)
                    members.emplace_back(text() + std::to_string(left), value(depth - 1));
                return members;
            }
        }
    }

    double number() {
        for (;;) {
            const std::uint64_t bits = random_();
            double number = 0;
            std::memcpy(&number, &bits, sizeof number);
            if (std::isfinite(number))
                return number;
        }
    }

private:
    std::uint64_t pick(std::uint64_t count) { return random_() % count; }

    std::string text() {
        static constexpr const char* kPieces[] = {
            "a", "\"", "\\", "\n", "\x01", "\t", "/", "\xC3\xA9", "\xF0\x9F\x98\x80"};
        std::string text;
        for (auto left = pick(12); left > 0; --left)
            text += kPieces[pick(std::size(kPieces))];
        return text;
    }

    std::mt19937_64 random_;
};

TEST_CASE("random values read back equal, doubles to the last bit") {
    for (unsigned seed = 1; seed <= 300; ++seed) {
        CAPTURE(seed);
        RandomJson random(seed);
        const Json value = random.value(3);
        CHECK(parsed(value.format()) == value);
        CHECK(parsed(value.format_pretty()) == value);
        const double number = random.number();
        CHECK(*parsed(Json(number).format()).as_double() == number);
    }
}

TEST_CASE("damaged text never does worse than to be refused") {
    std::mt19937 random(11);
    const std::string whole = RandomJson(5).value(3).format() + R"([{"a":[1.5e3,"x\u00e9"]}])";
    for (int i = 0; i < 3000; ++i) {
        std::string text = whole.substr(random() % whole.size(), random() % 80);
        if (!text.empty())
            text[random() % text.size()] = static_cast<char>(random());
        if (const auto value = Json::parse(text); value.has_value())
            CHECK(parsed(value->format()) == *value);
    }
}

}  // namespace
}  // namespace xos
