#include "client/watch.h"

#include <doctest/doctest.h>

namespace xos::client {
namespace {

TEST_CASE("a position is what stands before the last dash and the number behind it") {
    const auto position = Position::parse("a-b-17");
    REQUIRE(position);
    CHECK(position->lineage == "a-b");
    CHECK(position->revision == Revision{17});
    CHECK(position->format() == "a-b-17");
    for (const char* text : {"", "17", "-17", "a-", "a-x"})
        CHECK_MESSAGE(!Position::parse(text), text);
}

TEST_CASE("a put carries the object and what has changed") {
    WatchDecoder decoder;
    const auto event = decoder.decode(
        {.id = "l-9",
         .event = "put",
         .data = R"({"type":"core.Slice","object":{"id":7,"revision":9},"changed":["name"]})"});
    REQUIRE(event);
    REQUIRE(*event);
    CHECK((*event)->kind == WatchEvent::Kind::Put);
    CHECK((*event)->type == "core.Slice");
    CHECK((*event)->id == ObjectId{7});
    CHECK((*event)->revision == Revision{9});
    CHECK((*event)->changed == std::vector<std::string>{"name"});
    CHECK((*event)->position == Position{"l", Revision{9}});
}

TEST_CASE("only an id that is new ends a revision") {
    WatchDecoder decoder;
    const http::Event remove{.id = "l-9", .event = "remove", .data = R"({"id":7})"};
    CHECK((*decoder.decode(remove))->position);
    CHECK(!(*decoder.decode(remove))->position);  // The stream repeats the last id.
    CHECK((*decoder.decode({.id = "l-10", .event = "remove", .data = R"({"id":8})"}))->position);
}

TEST_CASE("a bookmark tells where the watch stands, also when nothing has changed") {
    WatchDecoder decoder;
    const http::Event bookmark{.id = "l-9", .event = "bookmark", .data = R"({"revision":9})"};
    CHECK((*decoder.decode(bookmark))->position == Position{"l", Revision{9}});
    CHECK((*decoder.decode(bookmark))->position == Position{"l", Revision{9}});
}

TEST_CASE("events of kinds that come later are passed over, broken ones are not") {
    WatchDecoder decoder;
    CHECK(!decoder.decode({.id = "", .event = "weather", .data = "sun"})->has_value());
    CHECK(!decoder.decode({.id = "", .event = "put", .data = "{}"}));
    CHECK(!decoder.decode({.id = "", .event = "put", .data = "no json"}));
    CHECK(!decoder.decode({.id = "nonsense", .event = "bookmark", .data = "{}"}));
}

}  // namespace
}  // namespace xos::client
