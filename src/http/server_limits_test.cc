#include "http/server.h"
#include "http/testing/raw_socket.h"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace xos::http {
namespace {

void echo(Request&& request, Responder responder) {
    responder.respond({.body = request.method + " " + request.target + " " + request.body});
}

std::unique_ptr<Server> serve(Server::Options options) {
    auto server = Server::start(std::move(options), echo);
    REQUIRE(server);
    return std::move(server).value();
}

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

TEST_CASE("a broken request is answered 400 and its connection closed") {
    const auto server = serve({});
    RawSocket client(server->port());
    client.send("nonsense\r\n\r\n" + kGet);
    const std::string answers = client.read_all();
    CHECK(answers.starts_with("HTTP/1.1 400 Bad Request\r\n"));
    CHECK(answers.find("200 OK") == std::string::npos);
    CHECK(server->counters().protocol_errors == 1);
    CHECK(server->counters().requests == 0);
}

TEST_CASE("a broken request after HEAD is answered with a body") {
    const auto server = serve({});
    RawSocket client(server->port());
    client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET /%00 HTTP/1.1\r\nHost: a\r\n\r\n");
    const std::string answers = client.read_all();
    const std::size_t second = answers.find("HTTP/1.1 400 ");
    REQUIRE(second != std::string::npos);
    CHECK(!answers.substr(second).ends_with("\r\n\r\n"));
}

TEST_CASE("a head over its limits is refused while it comes") {
    const auto server = serve({});
    RawSocket endless(server->port());
    endless.send("GET / HTTP/1.1\r\nHost: a\r\nX: ");
    const std::string piece(4096, 'x');
    for (int i = 0; i < 64 && endless.send(piece); ++i) {
    }
    CHECK(endless.read_all().starts_with("HTTP/1.1 431 "));

    RawSocket many(server->port());
    std::string text = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (int i = 0; i < 64; ++i)
        text += "X-" + std::to_string(i) + ": y\r\n";
    many.send(text + "\r\n");
    CHECK(many.read_all().starts_with("HTTP/1.1 431 "));
}

TEST_CASE("a body over its limit is refused, by its length or as it comes") {
    const auto server = serve({.body_limit = 100});
    RawSocket announced(server->port());
    announced.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n" +
                   std::string(101, 'x'));
    CHECK(announced.read_all().starts_with("HTTP/1.1 413 "));

    RawSocket chunked(server->port());
    chunked.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" +
                 std::string(101, 'x') + "\r\n0\r\n\r\n");
    CHECK(chunked.read_all().starts_with("HTTP/1.1 413 "));

    RawSocket fits(server->port());
    fits.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'x'));
    CHECK(fits.read_answer().starts_with("HTTP/1.1 200 "));
}

TEST_CASE("a client that would ask first is refused before it sends") {
    const auto server = serve({.body_limit = 100});
    RawSocket client(server->port());
    client.send(
        "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n"
        "Expect: 100-continue\r\n\r\n");
    CHECK(client.read_all().starts_with("HTTP/1.1 413 "));
}

TEST_CASE("the limit of a body may depend on the request") {
    const auto server =
        serve({.body_limit = 10, .plan_body = [](const Request& head) {
                   return BodyPlan{BodyPlan::Kind::Whole, head.path == "/large" ? 1000U : 10U};
               }});
    RawSocket client(server->port());
    const std::string rest = " HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n";
    client.send("POST /large" + rest + std::string(20, 'x'));
    CHECK(client.read_answer().starts_with("HTTP/1.1 200 "));
    client.send("POST /small" + rest + std::string(20, 'x'));
    CHECK(client.read_answer().starts_with("HTTP/1.1 413 "));
}

TEST_CASE("a slow sender is cut off, at the head and at the body") {
    const auto server = serve({.head_timeout = Duration(30), .body_timeout = Duration(30)});
    RawSocket silent(server->port());
    CHECK(silent.read_all().empty());
    RawSocket head(server->port());
    head.send("GET / HTTP/1.1\r\nHo");
    CHECK(head.read_all().starts_with("HTTP/1.1 408 "));
    RawSocket body(server->port());
    body.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
    CHECK(body.read_all().starts_with("HTTP/1.1 408 "));
}

TEST_CASE("a sender that trickles is cut off as well") {
    const auto server = serve({.body_timeout = Duration(50), .slowest_upload = 1U << 30U});
    RawSocket client(server->port());
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n");
    while (server->counters().protocol_errors == 0 && client.send("x"))
        std::this_thread::yield();
    CHECK(client.read_until("\r\n").starts_with("HTTP/1.1 408 "));
}

TEST_CASE("an idle connection is closed without a word") {
    const auto server = serve({.idle_timeout = Duration(30)});
    RawSocket client(server->port());
    client.send(kGet);
    CHECK(client.read_answer().starts_with("HTTP/1.1 200 "));
    CHECK(client.read_all().empty());
}

TEST_CASE("a client that does not take its answer is cut off") {
    const auto server =
        Server::start({.send_timeout = Duration(30)}, [](Request&&, Responder responder) {
            responder.respond({.body = std::string(32U << 20U, 'x')});
        });
    REQUIRE(server);
    RawSocket client((*server)->port(), 4096);
    client.send(kGet);
    while ((*server)->counters().open_connections > 0 || (*server)->counters().requests == 0)
        std::this_thread::yield();
    CHECK(client.read_all().size() < (32U << 20U));
}

TEST_CASE("connections over the limit are turned away") {
    const auto server = serve({.max_connections = 2});
    RawSocket first(server->port());
    RawSocket second(server->port());
    first.send(kGet);
    second.send(kGet);
    CHECK(first.read_answer().starts_with("HTTP/1.1 200 "));
    CHECK(second.read_answer().starts_with("HTTP/1.1 200 "));
    RawSocket third(server->port());
    CHECK(third.read_all().starts_with("HTTP/1.1 503 "));
    CHECK(server->counters().turned_away == 1);
    first.send(kGet);
    CHECK(first.read_answer().starts_with("HTTP/1.1 200 "));
}

/// Files that this process may have open, as many as the system lets it.
rlim_t raise_file_limit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

TEST_CASE("2,000 connections are open and answered at a time") {
    constexpr std::size_t kConnections = 2000;
    if (raise_file_limit() < 2 * kConnections + 100) {
        MESSAGE("skipped: the system allows too few open files");
        return;
    }
    const auto server = serve({});
    std::vector<std::unique_ptr<RawSocket>> clients;
    for (std::size_t i = 0; i < kConnections; ++i)
        clients.push_back(std::make_unique<RawSocket>(server->port()));
    for (int round = 0; round < 2; ++round) {
        for (const auto& client : clients)
            client->send(kGet);
        for (const auto& client : clients)
            REQUIRE(client->read_answer().starts_with("HTTP/1.1 200 "));
    }
    CHECK(server->counters().open_connections == kConnections);
    CHECK(server->counters().requests == 2 * kConnections);
    CHECK(server->counters().turned_away == 0);
}

/// A request with bytes changed, cut, doubled and joined at random.
std::string mutated(std::mt19937& random, const std::vector<std::string>& seeds) {
    std::string text = seeds[random() % seeds.size()];
    for (unsigned changes = random() % 6; changes > 0 && !text.empty(); --changes) {
        const std::size_t at = random() % text.size();
        switch (random() % 5) {
            case 0: text[at] = static_cast<char>(random()); break;
            case 1: text.erase(at, random() % 9); break;
            case 2: text.insert(at, text.substr(random() % text.size(), random() % 20)); break;
            case 3: text += seeds[random() % seeds.size()]; break;
            default: text.insert(at, random() % 2 == 0 ? "\r\n" : "\r"); break;
        }
    }
    return text;
}

TEST_CASE("no bytes harm the server") {
    const std::vector<std::string> seeds{
        kGet,
        "POST /a?b=%41 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "PUT /s HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
        "HEAD * HTTP/1.0\r\nConnection: keep-alive\r\nX: a\r\n  folded\r\n\r\n",
        "\r\n\r\n",
        std::string("\0\xff\x16\x03\x01", 5)};
    const auto server =
        serve({.body_limit = 1000, .plan_body = [](const Request& head) {
                   return BodyPlan{
                       head.path == "/s" ? BodyPlan::Kind::Streamed : BodyPlan::Kind::Whole, 99};
               }});
    const auto seed = std::random_device()();
    INFO("seed ", seed);
    std::mt19937 random(seed);
    for (int round = 0; round < 600; ++round) {
        RawSocket client(server->port());
        const std::string text = mutated(random, seeds);
        const std::size_t half = text.empty() ? 0 : random() % text.size();
        client.send(std::string_view(text).substr(0, half));
        client.send(std::string_view(text).substr(half));
        client.end_sending();
        const std::string answers = client.read_all();
        const bool plausible = answers.empty() || answers.starts_with("HTTP/1.1 ");
        REQUIRE_MESSAGE(plausible, text);
    }
    RawSocket client(server->port());
    client.send(kGet);
    CHECK(client.read_answer().starts_with("HTTP/1.1 200 "));
}

}  // namespace
}  // namespace xos::http
