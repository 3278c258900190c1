#include "base/yaml.h"

#include "base/json.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

namespace xos {
namespace {

Yaml parsed(std::string_view text) {
    auto node = Yaml::parse(text);
    REQUIRE_MESSAGE(node.has_value(), text << ": " << node.error().message());
    return *node;
}

std::string as_json(std::string_view text) {
    return parsed(text).to_json().format();
}

Error refusal(std::string_view text) {
    auto node = Yaml::parse(text);
    REQUIRE_MESSAGE(!node.has_value(), text);
    return node.error();
}

TEST_CASE("every node knows its line and column") {
    const Yaml root = parsed("# comment\nname: lab\nports:\n  - 80\n  - {open: yes}\n");
    CHECK(root.place() == Yaml::Place{2, 1});
    CHECK(root.members()[1].key_place == Yaml::Place{3, 1});
    CHECK(root.find("name")->place() == Yaml::Place{2, 7});
    const Yaml& ports = *root.find("ports");
    CHECK(ports.items()[0].place() == Yaml::Place{4, 5});
    CHECK(ports.items()[1].find("open")->place() == Yaml::Place{5, 12});
    CHECK(ports.items()[0].error("too low").message() == "4:5: too low");
}

TEST_CASE("plain scalars have forms and quoted ones are text") {
    CHECK(as_json("[1, -7, 0x1F, 0o17, +3, 1.5, -2e3, .5, true, False, null, ~, text, 1.2.3]") ==
          R"([1,-7,31,15,3,1.5,-2000.0,0.5,true,false,null,null,"text","1.2.3"])");
    CHECK(as_json("['1', \"true\", \"\", !!str 5, !!int 5]") == R"(["1","true","","5",5])");
    CHECK(as_json("- |\n  12\n- >\n  a\n  b\n") == R"(["12\n","a b\n"])");
    CHECK(as_json("[yes, on, inf, nan, -, --5, 0x, 1_000, 2024-01-01, e5, +]") ==
          R"(["yes","on","inf","nan","-","--5","0x","1_000","2024-01-01","e5","+"])");
    CHECK(as_json("[-9223372036854775808, 9223372036854775808]") ==
          "[-9223372036854775808,9223372036854775808.0]");
    CHECK(std::isinf(*parsed("-.inf").as_double()));
    CHECK(!parsed("'5'").as_int());
    CHECK(parsed("'5'").is_quoted());
}

TEST_CASE("tags are kept") {
    CHECK(parsed("!secret abc").tag() == "!secret");
    CHECK(parsed("!secret abc").scalar() == "abc");
    CHECK(parsed("!set [a]").tag() == "!set");
    CHECK(parsed("plain").tag().empty());
    CHECK(parsed("'quoted'").tag().empty());
}

TEST_CASE("empty text is null") {
    CHECK(parsed("").is_null());
    CHECK(parsed("# nothing\n").is_null());
    CHECK(parsed("---\n").is_null());
    CHECK(as_json("a:\nb: ''\n") == R"({"a":null,"b":""})");
}

TEST_CASE("aliases and merge keys are resolved") {
    CHECK(as_json("a: &x {k: [1, 2]}\nb: *x\n") == R"({"a":{"k":[1,2]},"b":{"k":[1,2]}})");
    CHECK(as_json("base: &b {k: 1, l: 2}\nmore: {<<: *b, k: 3, m: 4}\n") ==
          R"({"base":{"k":1,"l":2},"more":{"k":3,"m":4,"l":2}})");
    CHECK(as_json("a: &a {k: 1}\nb: &b {k: 2, l: 2}\nc: {<<: [*a, *b]}\n") ==
          R"({"a":{"k":1},"b":{"k":2,"l":2},"c":{"k":1,"l":2}})");
    CHECK(parsed("a: &x 5\nb: *x\n").find("b")->place() == Yaml::Place{2, 4});
    CHECK(refusal("a: {<<: 5}").message() == "1:9: only mappings can be merged");
    CHECK(refusal("a: &a [*a]").message() == "1:8: an alias stands within what it names");
    CHECK(refusal("a: *none").code() == ErrorCode::Malformed);
}

TEST_CASE("what is wrong is refused with its place") {
    CHECK(refusal("a: 1\nb: 2\na: 3\n").message() == "3:1: \"a\" is given twice");
    CHECK(refusal("a: 1\n? [x]\n: 2\n").message() == "2:3: a key must be text");
    CHECK(refusal("]").message() == "1:1: illegal flow end");
    CHECK(refusal("a: 1\n---\nb: 2\n").message() == "2:1: only one document is wanted");
    CHECK(refusal("a: 1\nb: \"\xFF\"\n").message() == "2:5: invalid UTF-8");
    for (const char* text : {"a: [1, 2", "a: {b", "\"a", "a: b: c", "\ta: 1", "a: 'x", "- a\nb: 1"})
        CHECK(refusal(text).message().find(':') != std::string::npos);
}

TEST_CASE("what the parser says is said so that it can be mended") {
    CHECK(refusal("a: 1\nb: [1,\n  2\n").message() ==
          "2:4: the list that opens here lacks its \"]\"");
    CHECK(refusal("a: {b: 1\n").message() == "1:4: the mapping that opens here lacks its \"}\"");
    CHECK(refusal("a: b: c").message() ==
          "1:5: a value cannot begin here: text with \": \" in it wants quotes");
    CHECK(refusal("a:\n\tb: 1\n").message() == "2:1: tabs cannot indent YAML: use spaces");
    CHECK(refusal("a:\n  b: 1\n  \tc: 1\n").message() ==
          "3:3: tabs cannot indent YAML: use spaces");
}

TEST_CASE("an empty value stands where its key is") {
    const Yaml root = parsed("a:\nb:\n\n\nc: ~\n");
    CHECK(root.find("a")->place() == Yaml::Place{1, 1});
    CHECK(root.find("b")->place() == Yaml::Place{2, 1});
    CHECK(root.find("c")->place() == Yaml::Place{5, 4});
}

TEST_CASE("who wants to go on hears of keys given twice, and finds the first") {
    std::vector<Yaml::Twin> twins;
    const auto root = Yaml::parse("a: 1\nb: {c: 1, c: 2, c: 3}\na: 4\n", twins);
    REQUIRE(root);
    CHECK(root->find("a")->scalar() == "1");
    REQUIRE(twins.size() == 3);
    CHECK(twins[1].again == Yaml::Place{2, 17});
    CHECK(twins[2].key == "a");
    CHECK(twins[2].first == Yaml::Place{1, 1});
    CHECK(twins[2].again == Yaml::Place{3, 1});
}

TEST_CASE("nesting is accepted to 64 levels and refused deeper, through aliases as well") {
    CHECK(parsed(std::string(64, '[') + std::string(64, ']')).is_sequence());
    CHECK(refusal(std::string(65, '[') + std::string(65, ']')).code() == ErrorCode::TooLarge);
    CHECK(refusal(std::string(100'000, '[')).code() == ErrorCode::TooLarge);
    std::string stairs = "a0: &a0 [x]\n";
    for (int i = 1; i < 70; ++i)
        stairs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" +
                  std::to_string(i - 1) + "]\n";
    CHECK(refusal(stairs).message() == "64:12: nested deeper than 64");
}

TEST_CASE("aliases cannot make a small text large") {
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 12; ++i) {
        const std::string last = "*a" + std::to_string(i - 1);
        bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
        for (int j = 0; j < 8; ++j)
            bomb += ", " + last;
        bomb += "]\n";
    }
    CHECK(refusal(bomb).code() == ErrorCode::TooLarge);
    CHECK(refusal(std::string(5 << 20, ' ')).code() == ErrorCode::TooLarge);
}

TEST_CASE("damaged text never does worse than to be refused") {
    const std::string whole =
        "a: &x [1, 'two', \"th\\u00e9\"]\nb: {c: *x, <<: {d: !t e}}\nf: |\n  g\n  h\n? i\n: - j\n";
    std::mt19937 random(5);
    for (int i = 0; i < 3000; ++i) {
        std::string text = whole.substr(random() % whole.size());
        for (auto left = random() % 4; left > 0; --left)
            text[random() % text.size()] = "[]{}:,-?&*!|>'\"%@ \n\tax<"[random() % 23];
        if (const auto node = Yaml::parse(text); node.has_value())
            CHECK(Json::parse(node->to_json().format()).has_value());
    }
}

}  // namespace
}  // namespace xos
