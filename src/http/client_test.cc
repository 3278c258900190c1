#include "http/client.h"

#include "base/guarded.h"
#include "http/server.h"
#include "http/testing/wait_until.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace xos::http {
namespace {

/// A server that says to each request, on each connection, what the test wants. It closes instead
/// of an empty text, and after one that ends in "#".
class ScriptedServer {
public:
    explicit ScriptedServer(std::vector<std::string> answers)
        : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(::listen(listener_, 8) == 0);
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this, answers = std::move(answers)] { run(answers); });
    }
    ~ScriptedServer() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    std::vector<std::string> requests() const {
        return requests_.with([](const auto& list) { return list; });
    }

private:
    void run(const std::vector<std::string>& answers) {
        std::size_t next = 0;
        int client = -1;
        while ((client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0) {
            char bytes[4096];
            ssize_t count = 0;
            while ((count = ::recv(client, bytes, sizeof bytes, 0)) > 0) {
                requests_.with(
                    [&](auto& list) { list.emplace_back(bytes, static_cast<std::size_t>(count)); });
                const std::string answer = next < answers.size() ? answers[next] : "";
                ++next;
                const bool last = answer.empty() || answer.back() == '#';
                ::send(client, answer.data(), answer.size() - (answer.empty() || !last ? 0 : 1),
                       MSG_NOSIGNAL);
                if (last)
                    break;
            }
            ::close(client);
        }
    }

    const int listener_;
    std::uint16_t port_ = 0;
    Guarded<std::vector<std::string>> requests_;
    std::thread thread_;
};

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

TEST_CASE("a request says what it was told to and no more") {
    const ScriptedServer server({kOk});
    const auto client =
        Client::create(server.url() + "/base/", {.headers = {{"A", "1"}, {"B", "2"}}});
    REQUIRE(client);
    const auto answer = (*client)->send({.method = "PATCH",
                                         .target = "/x?y=1",
                                         .headers = {{"B", "3"}},
                                         .body = std::string("{}")});
    REQUIRE(answer);
    CHECK(answer->text() == "ok");
    const std::string host = server.url().substr(7);
    CHECK(server.requests().front() == "PATCH /base/x?y=1 HTTP/1.1\r\nHost: " + host +
                                           "\r\nA: 1\r\nB: 3\r\nContent-Length: 2\r\n\r\n{}");
}

TEST_CASE("an idempotent request is repeated once when its kept connection closes") {
    const ScriptedServer server({kOk, "", kOk});
    const auto client = Client::create(server.url(), {});
    CHECK((*client)->get("/1")->status == 200);
    CHECK((*client)->get("/2")->status == 200);
    CHECK(server.requests().size() == 3);
}

TEST_CASE("one that is not idempotent is not repeated once it was sent") {
    const ScriptedServer server({kOk, "", kOk, "", kOk});
    const auto client = Client::create(server.url(), {});
    CHECK((*client)->get("/1")->status == 200);
    CHECK((*client)->request("POST", "/2", "", "x").error().code() == ErrorCode::Unavailable);
    CHECK(server.requests().size() == 2);
    CHECK((*client)->get("/3")->status == 200);
    const auto keyed = (*client)->send(
        {.method = "POST", .headers = {{"Idempotency-Key", "k"}}, .body = std::string("x")});
    CHECK(keyed->status == 200);
    CHECK(server.requests().size() == 5);
}

TEST_CASE("a fresh connection that closes is not tried again") {
    const ScriptedServer server({"", ""});
    const auto client = Client::create(server.url(), {});
    CHECK((*client)->get("/").error().code() == ErrorCode::Unavailable);
    CHECK(server.requests().size() == 1);
}

TEST_CASE("a connection that the server closed meanwhile is replaced, whatever the method") {
    auto server = Server::start({.idle_timeout = Duration(20)},
                                [](Request&&, Responder responder) { responder.respond({}); });
    const auto client = Client::create("http://127.0.0.1:" + std::to_string((*server)->port()), {});
    CHECK((*client)->request("POST", "/", "", "x")->status == 200);
    REQUIRE(wait_until([&] { return (*server)->counters().open_connections == 0; }));
    CHECK((*client)->request("POST", "/", "", "x")->status == 200);
    CHECK((*server)->counters().accepted == 2);
}

TEST_CASE("answers are understood in all their forms") {
    const ScriptedServer server({
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nX: y\r\n\r\n" + kOk,
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nT: "
        "t\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
        "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno",
    });
    const auto client = Client::create(server.url(), {});
    const auto interim = (*client)->get("/");
    CHECK(interim->text() == "ok");
    CHECK(!interim->headers.find("X"));
    CHECK((*client)->get("/")->status == 204);
    const auto chunked = (*client)->get("/");
    CHECK(chunked->text() == "abc");
    CHECK(!chunked->headers.find("T"));
    CHECK((*client)->send({.method = "HEAD"})->text().empty());
    const auto missing = (*client)->get("/");
    CHECK(missing->status == 404);
    CHECK(missing->text() == "no");
}

TEST_CASE("an answer without a length ends with the connection") {
    const ScriptedServer server({"HTTP/1.0 200 OK\r\n\r\nall of it#"});
    CHECK(Client::create(server.url(), {}).value()->get("/")->text() == "all of it");
}

TEST_CASE("what is no answer is Malformed, half of one Unavailable") {
    const ScriptedServer broken({"hello\r\n\r\n"});
    CHECK(Client::create(broken.url(), {}).value()->get("/").error().code() ==
          ErrorCode::Malformed);
    const ScriptedServer half({"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"});
    CHECK(Client::create(half.url(), {.timeout = Duration(50)}).value()->get("/").error().code() ==
          ErrorCode::Unavailable);
}

TEST_CASE("an answer over the limit is refused") {
    const ScriptedServer server({kOk});
    CHECK(Client::create(server.url(), {.body_limit = 1}).value()->get("/").error().code() ==
          ErrorCode::TooLarge);
}

TEST_CASE("nobody there is Unavailable, no address Malformed") {
    std::string url;
    {
        const ScriptedServer server({});
        url = server.url();
    }
    CHECK(Client::connect(url, {}).error().code() == ErrorCode::Unavailable);
    CHECK(Client::create("localhost:1", {}).error().code() == ErrorCode::Malformed);
    CHECK(Client::create(url, {}).value()->get("no slash").error().code() == ErrorCode::Malformed);
    CHECK(Client::create(url, {}).value()->get("/a\r\nX: y").error().code() ==
          ErrorCode::Malformed);
}

/// A server that never answers.
class SilentServer {
public:
    SilentServer() {
        auto started = Server::start({}, [this](Request&&, Responder responder) {
            held_.with([&](auto& list) { list.push_back(std::move(responder)); });
            asked = true;
        });
        REQUIRE(started);
        server_ = std::move(started).value();
    }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

    std::atomic<bool> asked = false;

private:
    Guarded<std::vector<Responder>> held_;
    std::unique_ptr<Server> server_;
};

TEST_CASE("a client does not wait for ever") {
    const SilentServer server;
    const auto client = Client::create(server.url(), {.timeout = Duration(20)});
    CHECK((*client)->get("/").error().code() == ErrorCode::Unavailable);
}

TEST_CASE("a waiting client is interrupted from another thread") {
    const SilentServer server;
    const auto client = Client::create(server.url(), {});
    std::thread interrupter([&] {
        wait_until([&] { return server.asked.load(); });
        (*client)->interrupt();
    });
    CHECK((*client)->get("/").error().code() == ErrorCode::Unavailable);
    interrupter.join();
    CHECK((*client)->get("/").error().code() == ErrorCode::Unavailable);
}

TEST_CASE("a refused event stream is an error with the server's words") {
    const ScriptedServer server({"HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nno:)"});
    const auto client = Client::create(server.url(), {});
    const auto events = (*client)->open_events("/watch");
    CHECK(events.error() == Error{ErrorCode::PermissionDenied, "no:)"});
    CHECK(server.requests().front().find("Accept: text/event-stream\r\n") != std::string::npos);
}

}  // namespace
}  // namespace xos::http
