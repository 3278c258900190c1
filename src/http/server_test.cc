#include "http/client.h"
#include "http/server.h"

#include <doctest/doctest.h>
namespace xos::http {
namespace {
TEST_CASE("a client gets an answer") {
    auto server = Server::start({}, [](Request&& r, Responder responder) {
        responder.respond({.headers = {{"X-Path", r.path}}, .body = r.method + " " + r.body});
    });
    REQUIRE(server);
    auto client = Client::connect("http://127.0.0.1:" + std::to_string((*server)->port()), {});
    REQUIRE(client);
    for (int i = 0; i < 3; ++i) {
        auto answer = (*client)->get("/a%20b?x=1");
        REQUIRE_MESSAGE(answer.has_value(), (answer ? std::string() : answer.error().message()));
        CHECK(answer->text() == "GET ");
        CHECK(answer->headers.text("x-path") == "/a b");
    }
    auto posted = (*client)->request("POST", "/", "text/plain", "hello");
    REQUIRE(posted);
    CHECK(posted->text() == "POST hello");
    CHECK((*server)->counters().accepted == 1);
}
}  // namespace
}  // namespace xos::http
