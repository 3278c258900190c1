#include "shell/render.h"

#include <doctest/doctest.h>

namespace xos::shell {
namespace {

TEST_CASE("columns are as wide as their widest cell, in characters") {
    Table table({"NAME", "STATUS"});
    table.add({"größe", "ready"});
    table.add({"a", ""});
    CHECK(table.format() == "NAME   STATUS\ngröße  ready\na\n");
}

TEST_CASE("what is in a cell stays on its line and does nothing to the terminal") {
    Table table({"NAME", "TEXT"});
    table.add({"a\x1b[2Jb",
               "one\ntwo\r\tthree\x7f\xc2\x9b"
               "m"});
    CHECK(table.format() == "NAME       TEXT\na\\x1b[2Jb  one two  three\\x7f\\x9bm\n");
}

TEST_CASE("a long text is cut by characters") {
    CHECK(one_line("größe", 5) == "größe");
    CHECK(one_line("größer", 5) == "größ…");
    CHECK(one_line("a\nb", 5) == "a b");
}

TEST_CASE("text for a terminal keeps its lines and shows its control characters") {
    CHECK(printable("a\n\tb\x07\xc3\xa9") == "a\n\tb\\x07\xc3\xa9");
}

TEST_CASE("JSON and YAML for a terminal read back as they were") {
    Json json;
    json.set("name", "a\x1b\x7f\xc2\x9b");
    const std::string text = printable_json(json.format());
    CHECK(text == R"({"name":"a\u001b\u007f\u009b"})");
    const auto again = Json::parse(text);
    REQUIRE(again);
    CHECK(*again == json);
    CHECK(printable_json(to_yaml(json)) == "name: \"a\\u001b\\u007f\\u009b\"\n");
}

TEST_CASE("YAML quotes what would read as something else") {
    Json json;
    json.set("yes", "true");
    json.set("list", Json(Json::Array{"a: b", 5, Json(Json::Object{{"k", "v"}, {"l", ""}})}));
    CHECK(to_yaml(json) ==
          "\"yes\": \"true\"\nlist:\n  - \"a: b\"\n  - 5\n  - k: v\n    l: \"\"\n");
}

}  // namespace
}  // namespace xos::shell
