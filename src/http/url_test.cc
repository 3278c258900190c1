#include "http/url.h"

#include <doctest/doctest.h>

namespace xos::http {
namespace {

TEST_CASE("an address is split into its parts") {
    const auto url = Url::parse("https://xos.example:9101/xosapi/v1?count=1#top");
    REQUIRE(url);
    CHECK(url->scheme == "https");
    CHECK(url->host == "xos.example");
    CHECK(url->port == 9101);
    CHECK(url->target == "/xosapi/v1?count=1");
    CHECK(url->format() == "https://xos.example:9101/xosapi/v1?count=1");
}

TEST_CASE("what an address leaves out has its usual value") {
    CHECK(Url::parse("http://a")->port == 80);
    CHECK(Url::parse("https://a")->port == 443);
    CHECK(Url::parse("http://a")->target == "/");
    CHECK(Url::parse("http://a?b=1")->target == "/?b=1");
    CHECK(Url::parse("http://a:80/")->authority() == "a");
}

TEST_CASE("an IPv6 address stands in brackets") {
    const auto url = Url::parse("http://[::1]:8080/x");
    REQUIRE(url);
    CHECK(url->host == "::1");
    CHECK(url->port == 8080);
    CHECK(url->authority() == "[::1]:8080");
}

TEST_CASE("what is no address is refused") {
    for (const char* text : {"", "a", "ftp://a", "http://", "http://:80", "http://a:0",
                             "http://a:65536", "http://a:1x", "http://u@a/", "http://[::1",
                             "http://[::1]x", "http://a/b c", "http://a/\r\nX: y"})
        CHECK_MESSAGE(!Url::parse(text), text);
}

TEST_CASE("encoding and decoding are each other's reverse") {
    std::string all;
    for (int c = 1; c < 256; ++c)
        all += static_cast<char>(c);
    CHECK(percent_decode(percent_encode(all)) == all);
    CHECK(percent_encode("a b/c~ä") == "a%20b%2Fc~%C3%A4");
    CHECK(percent_decode("%41%2f+") == "A/+");
}

TEST_CASE("a broken escape and a zero byte are refused") {
    for (const char* text : {"%", "%4", "%4g", "%g4", "a%00b", "%%41"})
        CHECK_MESSAGE(!percent_decode(text), text);
}

TEST_CASE("a query is a list of names and values") {
    const auto query = parse_query("name=a%26b&q=x+y&&flag&name=2&=v");
    REQUIRE(query);
    CHECK(*query == Query{{"name", "a&b"}, {"q", "x y"}, {"flag", ""}, {"name", "2"}, {"", "v"}});
    CHECK(parse_query(format_query(*query)).value() == *query);
    CHECK(parse_query("").value().empty());
    CHECK(!parse_query("a=%zz"));
}

}  // namespace
}  // namespace xos::http
