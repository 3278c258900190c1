#include "http/server.h"

#include "base/guarded.h"
#include "http/testing/raw_socket.h"

#include <doctest/doctest.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace xos::http {
namespace {

std::unique_ptr<Server> serve(Server::Handler handler, Server::Options options = {}) {
    auto server = Server::start(std::move(options), std::move(handler));
    REQUIRE(server);
    return std::move(server).value();
}

/// Answers with what was asked.
void echo(Request&& request, Responder responder) {
    responder.respond({.body = request.method + " " + request.target + " " + request.body});
}

std::string get(std::string_view target, std::string_view more = "") {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(more) + "\r\n";
}

bool ends_with(const std::string& text, std::string_view end) {
    return text.size() >= end.size() &&
           std::string_view(text).substr(text.size() - end.size()) == end;
}

TEST_CASE("one connection carries many requests") {
    const auto server = serve(echo);
    RawSocket client(server->port());
    for (int i = 0; i < 3; ++i) {
        client.send(get("/" + std::to_string(i)));
        const std::string answer = client.read_answer();
        CHECK(answer.starts_with("HTTP/1.1 200 OK\r\nDate: "));
        CHECK(ends_with(answer, "\r\n\r\nGET /" + std::to_string(i) + " "));
    }
    CHECK(server->counters().accepted == 1);
    CHECK(server->counters().requests == 3);
}

TEST_CASE("requests sent ahead are answered in order") {
    const auto server = serve(echo);
    RawSocket client(server->port());
    std::string all;
    for (int i = 0; i < 500; ++i)
        all += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi";
    client.send(all);
    for (int i = 0; i < 500; ++i)
        REQUIRE(ends_with(client.read_answer(), "POST /" + std::to_string(i) + " hi"));
}

TEST_CASE("requests sent ahead wait for an answer from another thread") {
    std::vector<std::thread> threads;
    {
        const auto server = serve(
            [&](Request&& request, Responder responder) {
                threads.emplace_back(
                    [request = std::move(request), responder = std::move(responder)]() mutable {
                        responder.respond({.body = request.target});
                    });
            },
            {.threads = 1});
        RawSocket client(server->port());
        client.send(get("/1") + get("/2") + get("/3"));
        for (const char* target : {"/1", "/2", "/3"})
            CHECK(ends_with(client.read_answer(), target));
    }
    for (auto& thread : threads)
        thread.join();
}

TEST_CASE("the answer to HEAD has the length and no body") {
    const auto server = serve(
        [](Request&&, Responder responder) { responder.respond({.body = std::string("four")}); });
    RawSocket client(server->port());
    client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + get("/", "Connection: close\r\n"));
    const std::string answers = client.read_all();
    CHECK(answers.find("Content-Length: 4\r\n\r\nHTTP/1.1 200 OK") != std::string::npos);
    CHECK(ends_with(answers, "\r\n\r\nfour"));
}

TEST_CASE("statuses without a body get none") {
    const auto server = serve([](Request&& request, Responder responder) {
        responder.respond({.status = request.path == "/a" ? 204 : 304, .body = std::string("x")});
    });
    RawSocket client(server->port());
    client.send(get("/a") + get("/b", "Connection: close\r\n"));
    const std::string answers = client.read_all();
    CHECK(answers.find("204 No Content") != std::string::npos);
    CHECK(answers.find("304 Not Modified") != std::string::npos);
    CHECK(answers.find("Content-Length") == std::string::npos);
    CHECK(ends_with(answers, "\r\n\r\n"));
}

TEST_CASE("the connection is closed when the client asks for it or is old") {
    const auto server = serve(echo);
    RawSocket asks(server->port());
    asks.send(get("/", "Connection: close\r\n"));
    CHECK(asks.read_all().find("Connection: close\r\n") != std::string::npos);

    RawSocket old(server->port());
    old.send("GET / HTTP/1.0\r\n\r\n");
    CHECK(ends_with(old.read_all(), "GET / "));

    RawSocket kept(server->port());
    kept.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(kept.read_answer().find("Connection: keep-alive\r\n") != std::string::npos);
    kept.send("GET /2 HTTP/1.0\r\n\r\n");
    CHECK(ends_with(kept.read_all(), "GET /2 "));
}

TEST_CASE("a client that only stops sending still gets its answer") {
    const auto server = serve(echo);
    RawSocket client(server->port());
    client.send(get("/x"));
    client.end_sending();
    CHECK(ends_with(client.read_all(), "GET /x "));
}

TEST_CASE("half a request behind a whole one ends the connection") {
    const auto server = serve(echo);
    RawSocket client(server->port());
    client.send(get("/x") + "GET /y HTTP/1.1\r\nHo");
    client.end_sending();
    CHECK(ends_with(client.read_all(), "GET /x "));
}

TEST_CASE("a chunked body is put together") {
    const auto server = serve(echo);
    RawSocket client(server->port());
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    client.send("2\r\nde\r\n0\r\n\r\n");
    CHECK(ends_with(client.read_answer(), "POST / abcde"));
    client.send(get("/next"));
    CHECK(ends_with(client.read_answer(), "GET /next "));
}

TEST_CASE("a client that asks first is told to go on") {
    const auto server = serve(echo);
    RawSocket client(server->port());
    client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("abc");
    CHECK(ends_with(client.read_answer(), "PUT / abc"));
}

TEST_CASE("a request that nobody answers gets a 500") {
    const auto server = serve(
        [](Request&& request, Responder) {
            if (request.path == "/throw")
                throw 7;
        },
        {.protocol_problem = [](int status, std::string_view text) {
            return Server::Problem{"application/problem+json",
                                   std::to_string(status) + "|" + std::string(text)};
        }});
    RawSocket client(server->port());
    for (const char* target : {"/drop", "/throw"}) {
        client.send(get(target));
        const std::string answer = client.read_answer();
        CHECK(answer.starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
        CHECK(answer.find("Content-Type: application/problem+json\r\n") != std::string::npos);
        CHECK(ends_with(answer, "500|the request was left without an answer"));
    }
}

TEST_CASE("the request tells who asks and what") {
    Guarded<std::optional<Request>> seen;
    const auto server = serve([&](Request&& request, Responder responder) {
        seen.with([&](auto& slot) { slot = std::move(request); });
        responder.respond({});
    });
    RawSocket client(server->port());
    client.send(get("/a%2Fb/%C3%A4?x=1&x=2", "Accept: */*\r\n"));
    client.read_answer();
    const Request request = *seen.with([](const auto& slot) { return slot; });
    CHECK(request.method == "GET");
    CHECK(request.path == "/a/b/\xC3\xA4");
    CHECK(request.target == "/a%2Fb/%C3%A4?x=1&x=2");
    CHECK(*request.find_parameter("x") == "1");
    CHECK(request.find_parameter("y") == nullptr);
    CHECK(request.headers.text("ACCEPT") == "*/*");
    CHECK(request.peer == "127.0.0.1");
    CHECK(request.peer_port != 0);
    CHECK(!request.secure);
}

TEST_CASE("a server that cannot start says why") {
    const auto first = serve(echo);
    CHECK(Server::start({.port = first->port()}, echo).error().code() == ErrorCode::Unavailable);
    CHECK(Server::start({.address = "nobody"}, echo).error().code() == ErrorCode::Invalid);
    CHECK(Server::start({.tls_certificate = "/no", .tls_key = "/no"}, echo).error().code() ==
          ErrorCode::Invalid);
}

TEST_CASE("a server listens on IPv6 too") {
    auto server = Server::start({.address = "::1"}, echo);
    if (!server)
        return;  // A machine without IPv6.
    CHECK((*server)->port() != 0);
}

/// Holds responders until a test wants them answered.
class Shelf {
public:
    void put(Responder responder) {
        std::scoped_lock lock(mutex_);
        kept_.push_back(std::move(responder));
        arrived_.notify_all();
    }
    Responder take() {
        std::unique_lock lock(mutex_);
        arrived_.wait(lock, [this] { return !kept_.empty(); });
        Responder responder = std::move(kept_.back());
        kept_.pop_back();
        return responder;
    }

private:
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<Responder> kept_;
};

TEST_CASE("stopping waits for answers that are due and closes the idle") {
    Shelf shelf;
    const auto server = serve(
        [&](Request&&, Responder responder) { shelf.put(std::move(responder)); }, {.threads = 1});
    RawSocket idle(server->port());
    idle.send(get("/"));
    shelf.take().respond({});
    CHECK(idle.read_answer().starts_with("HTTP/1.1 200"));
    RawSocket busy(server->port());
    busy.send(get("/"));
    Responder due = shelf.take();

    std::thread stopping([&] { server->stop(Duration(10'000)); });
    CHECK(idle.read_all().empty());
    due.respond({.body = std::string("late")});
    const std::string answer = busy.read_all();
    CHECK(ends_with(answer, "late"));
    CHECK(answer.find("Connection: close") != std::string::npos);
    stopping.join();
    CHECK(server->counters().open_connections == 0);
}

TEST_CASE("an answer may come after the server is gone") {
    Shelf shelf;
    std::optional<Responder> late;
    {
        const auto server =
            serve([&](Request&&, Responder responder) { shelf.put(std::move(responder)); });
        RawSocket client(server->port());
        client.send(get("/"));
        late = shelf.take();
        server->stop(Duration(0));
        CHECK(client.read_all().empty());
    }
    CHECK(!late->is_open());
    late->respond({.body = std::string("nobody reads this")});
}

TEST_CASE("a responder knows when its client has left") {
    Shelf shelf;
    const auto server =
        serve([&](Request&&, Responder responder) { shelf.put(std::move(responder)); });
    std::optional<RawSocket> client(std::in_place, server->port());
    client->send(get("/"));
    Responder responder = shelf.take();
    CHECK(responder.is_open());
    client.reset();
    while (responder.is_open())
        std::this_thread::yield();
    responder.respond({});
}

}  // namespace
}  // namespace xos::http
