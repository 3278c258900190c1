#include "http/request_parser.h"

#include <doctest/doctest.h>

#include <string>

namespace xos::http {
namespace {

using State = RequestParser::State;

constexpr RequestParser::Limits kLimits{.headers = 8, .line = 200, .head = 1000};

/// Feeds `text` in pieces of `step` bytes, as they would come from a slow client.
State feed(RequestParser& parser, std::string_view text, std::size_t step) {
    std::string held;
    while (!text.empty()) {
        held += text.substr(0, step);
        text.remove_prefix(std::min(step, text.size()));
        while (parser.state() == State::Head || parser.state() == State::Body) {
            const std::size_t taken = parser.put(held);
            held.erase(0, taken);
            if (taken == 0)
                break;
        }
    }
    return parser.state();
}

int failure_of(std::string_view text) {
    RequestParser parser(kLimits);
    const State state = feed(parser, text, text.size());
    return state == State::Failed ? parser.failure().status : 0;
}

TEST_CASE("a request is the same however it is cut") {
    const std::string text =
        "POST /a%20b/c?x=1&y=%2B HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
        "X-A:  b \r\n\r\n5;ext=1\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: t\r\n\r\n";
    for (std::size_t step = 1; step <= text.size(); ++step) {
        RequestParser parser(kLimits);
        REQUIRE(feed(parser, text, step) == State::Done);
        CHECK(parser.request().method == "POST");
        CHECK(parser.request().path == "/a b/c");
        CHECK(parser.request().query == Query{{"x", "1"}, {"y", "+"}});
        CHECK(parser.request().headers.text("x-a") == "b");
        CHECK(!parser.request().headers.find("Trailer"));
        CHECK(parser.take_body() == "hello world");
        CHECK(parser.keep_alive());
    }
}

TEST_CASE("an empty chunked body that comes byte by byte is read") {
    // Beast asserts here; see CMakeLists.txt.
    RequestParser parser(kLimits);
    CHECK(feed(parser, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
               1) == State::Done);
}

TEST_CASE("a parser stops at the end of the request") {
    RequestParser parser(kLimits);
    const std::string one = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    CHECK(parser.put(one + one) == one.size());
    CHECK(parser.state() == State::Done);
    parser.reset();
    CHECK(parser.put(one) == one.size());
    CHECK(parser.state() == State::Done);
}

TEST_CASE("an empty line in front is passed over") {
    RequestParser parser(kLimits);
    CHECK(feed(parser, "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 1) == State::Done);
}

TEST_CASE("the absolute form and the asterisk are understood") {
    RequestParser parser(kLimits);
    REQUIRE(feed(parser, "GET http://x:1/p?q=1 HTTP/1.1\r\nHost: a\r\n\r\n", 99) == State::Done);
    CHECK(parser.request().path == "/p");
    parser.reset();
    REQUIRE(feed(parser, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 99) == State::Done);
    CHECK(parser.request().path == "*");
}

TEST_CASE("an old client need not name the host and is not kept") {
    RequestParser parser(kLimits);
    REQUIRE(feed(parser, "GET / HTTP/1.0\r\n\r\n", 99) == State::Done);
    CHECK(!parser.keep_alive());
    CHECK(parser.is_http_1_0());
}

TEST_CASE("what two readers could take differently is refused") {
    const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n";
    CHECK(failure_of(get + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n") == 400);
    CHECK(failure_of(get + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n") == 400);
    CHECK(failure_of(get + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n") == 400);
    CHECK(failure_of(get + "Content-Length: -1\r\n\r\n") == 400);
    CHECK(failure_of(get + "Content-Length: 1x\r\n\r\n") == 400);
    CHECK(failure_of(get + "Content-Length: 99999999999999999999\r\n\r\n") == 400);
    CHECK(failure_of(get + "Transfer-Encoding: gzip\r\n\r\n") == 501);
    CHECK(failure_of(get + "Transfer-Encoding: gzip, chunked\r\n\r\n") == 501);
    CHECK(failure_of(get + "X : y\r\n\r\n") == 400);
    CHECK(failure_of(get + "X\r\n\r\n") == 400);
    CHECK(failure_of(get + "Host: b\r\n\r\n") == 400);
    CHECK(failure_of("GET / HTTP/1.1\r\n\r\n") == 400);
    CHECK(failure_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == 501);
}

TEST_CASE("what is no request is refused with a fitting status") {
    const std::string host = "Host: a\r\n\r\n";
    CHECK(failure_of("hello\r\n\r\n") == 400);
    CHECK(failure_of("GET  / HTTP/1.1\r\n" + host) == 400);
    CHECK(failure_of("GET x HTTP/1.1\r\n" + host) == 400);
    CHECK(failure_of("GET /%zz HTTP/1.1\r\n" + host) == 400);
    CHECK(failure_of("GET /?a=%1 HTTP/1.1\r\n" + host) == 400);
    CHECK(failure_of("GET /%00 HTTP/1.1\r\n" + host) == 400);
    CHECK(failure_of("GET / HTTP/2.0\r\n" + host) == 505);
    CHECK(failure_of("GET / HTTP/1.1\r\nExpect: more\r\n" + host) == 417);
}

TEST_CASE("a head over a limit is refused") {
    const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n";
    std::string many = get;
    for (int i = 0; i < 8; ++i)
        many += "X: y\r\n";
    CHECK(failure_of(many + "\r\n") == 431);
    CHECK(failure_of(get + "X: " + std::string(300, 'x') + "\r\n\r\n") == 431);
    CHECK(failure_of("GET /" + std::string(300, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n") == 414);
    CHECK(failure_of(get + "X: " + std::string(2000, 'x')) == 431);
    CHECK(failure_of(std::string(40, 'M') + " / HTTP/1.1\r\nHost: a\r\n\r\n") == 501);
}

TEST_CASE("a chunked body is held to its limit") {
    RequestParser parser(kLimits);
    const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    REQUIRE(feed(parser, head, head.size()) == State::Body);
    parser.set_body_limit(10);
    CHECK(feed(parser, "6\r\nabcdef\r\n5\r\nabcde\r\n", 99) == State::Failed);
    CHECK(parser.failure().status == 413);
}

}  // namespace
}  // namespace xos::http
