#include "base/guarded.h"
#include "http/client.h"
#include "http/server.h"
#include "http/testing/raw_socket.h"
#include "http/testing/wait_until.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <fstream>
#include <functional>
#include <memory>
#include <string>

namespace xos::http {
namespace {

/// A file of zeros that takes no room, but for a word at its end.
class LargeFile {
public:
    explicit LargeFile(std::uint64_t size) {
        const int descriptor = ::mkstemp(path_.data());
        REQUIRE(::ftruncate(descriptor, static_cast<off_t>(size)) == 0);
        REQUIRE(::pwrite(descriptor, "end", 3, static_cast<off_t>(size - 3)) == 3);
        ::close(descriptor);
    }
    ~LargeFile() { ::unlink(path_.c_str()); }
    const std::string& path() const { return path_; }

private:
    std::string path_ = "/tmp/xos_http_test_XXXXXX";
};

/// Megabytes that a transfer may take. Sanitizers keep what was freed for a while.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kAllowed = 1000;
#else
constexpr std::size_t kAllowed = 40;
#endif

/// Megabytes that this process holds.
std::size_t resident() {
    std::ifstream statm("/proc/self/statm");
    std::size_t total = 0;
    std::size_t pages = 0;
    statm >> total >> pages;
    return pages * 4096 / (1U << 20U);
}

/// Counts a streamed body and answers its length and last bytes.
class Count : public std::enable_shared_from_this<Count> {
public:
    explicit Count(Responder responder)
        : body_(responder.body()), responder_(std::move(responder)) {}

    void next() {
        body_.next([self = shared_from_this()](Result<std::string> chunk) {
            self->take(std::move(chunk));
        });
    }

private:
    void take(Result<std::string> chunk) {
        if (!chunk)
            return responder_.respond(
                {.status = chunk.error().code() == ErrorCode::TooLarge ? 413 : 400,
                 .body = chunk.error().message()});
        if (chunk->empty())
            return responder_.respond({.body = std::to_string(size_) + last_});
        size_ += chunk->size();
        last_ = chunk->substr(chunk->size() - std::min<std::size_t>(3, chunk->size()));
        next();
    }

    BodyReader body_;
    Responder responder_;
    std::uint64_t size_ = 0;
    std::string last_;
};

std::unique_ptr<Server> serve(Server::Handler handler, Duration body_timeout = Duration(30'000)) {
    auto server = Server::start({.body_timeout = body_timeout,
                                 .plan_body =
                                     [](const Request&) {
                                         return BodyPlan{BodyPlan::Kind::Streamed, 1U << 30U};
                                     }},
                                std::move(handler));
    REQUIRE(server);
    return std::move(server).value();
}

void count(Request&&, Responder responder) {
    std::make_shared<Count>(std::move(responder))->next();
}

std::unique_ptr<Client> connect(const Server& server) {
    auto client = Client::connect("http://127.0.0.1:" + std::to_string(server.port()), {});
    REQUIRE(client);
    return std::move(client).value();
}

TEST_CASE("an upload of any size passes through in bounded memory") {
    constexpr std::uint64_t kSize = 100U << 20U;
    const LargeFile file(kSize);
    const auto server = serve(count);
    const auto client = connect(*server);
    const std::size_t before = resident();
    std::uint64_t progress = 0;
    std::size_t most = 0;
    const auto answer = client->send({.method = "PUT",
                                      .target = "/content",
                                      .body = FileRange::open(file.path()).value(),
                                      .on_progress = [&](std::uint64_t sent, std::uint64_t) {
                                          progress = sent;
                                          most = std::max(most, resident());
                                      }});
    REQUIRE(answer);
    CHECK(answer->text() == std::to_string(kSize) + "end");
    CHECK(progress == kSize);
    CHECK(most < before + kAllowed);
    CHECK(client->request("PUT", "/", "", "abc")->text() == "3abc");
    CHECK(server->counters().accepted == 1);
}

TEST_CASE("a file of any size is sent in bounded memory") {
    constexpr std::uint64_t kSize = 100U << 20U;
    const LargeFile file(kSize);
    const auto server = serve([&](Request&& request, Responder responder) {
        const bool part = request.path == "/part";
        responder.respond({.status = part ? 206 : 200,
                           .body = FileRange::open(file.path(), part ? kSize - 5 : 0).value()});
    });
    const auto client = connect(*server);
    const std::size_t before = resident();
    std::size_t most = 0;
    std::uint64_t size = 0;
    std::string last;
    const auto answer = client->send({.receive = [&](std::string_view piece) -> Result<void> {
        size += piece.size();
        last = piece.substr(piece.size() - std::min<std::size_t>(3, piece.size()));
        most = std::max(most, resident());
        return {};
    }});
    REQUIRE(answer);
    CHECK(answer->text().empty());
    CHECK(size == kSize);
    CHECK(last == "end");
    CHECK(most < before + kAllowed);
    const auto part = client->get("/part");
    CHECK(part->status == 206);
    CHECK(part->text() == std::string_view("\0\0end", 5));
    CHECK(server->counters().accepted == 1);
}

TEST_CASE("a client is held back until the handler wants more") {
    std::atomic<bool> go = false;
    Guarded<std::shared_ptr<Count>> waiting;
    const auto server = serve([&](Request&&, Responder responder) {
        auto counter = std::make_shared<Count>(std::move(responder));
        waiting.with([&](auto& slot) { slot = std::move(counter); });
        go = true;
    });
    RawSocket client(server->port());
    client.send(
        "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n"
        "Expect: 100-continue\r\n\r\n");
    REQUIRE(wait_until([&] { return go.load(); }));
    waiting.with([](auto& slot) { return std::exchange(slot, nullptr); })->next();
    CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("abcdef");
    CHECK(client.read_answer().find("6def") != std::string::npos);
}

TEST_CASE("a request answered before its body was read is the last on its connection") {
    const auto server =
        serve([](Request&&, Responder responder) { responder.respond({.status = 403}); });
    const LargeFile file(20U << 20U);
    const auto client = connect(*server);
    std::uint64_t progress = 0;
    for (int i = 0; i < 3; ++i) {
        const auto answer = client->send(
            {.method = "PUT",
             .body = FileRange::open(file.path()).value(),
             .on_progress = [&](std::uint64_t sent, std::uint64_t) { progress = sent; }});
        REQUIRE(answer);
        CHECK(answer->status == 403);
        CHECK(answer->headers.text("Connection") == "close");
    }
    CHECK(server->counters().accepted == 3);
}

TEST_CASE("a handler learns that the body breaks off, is broken, too long or too slow") {
    const auto server = serve(count, Duration(50));
    RawSocket leaves(server->port());
    leaves.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc");
    leaves.end_sending();
    CHECK(leaves.read_all().find("the client left") != std::string::npos);

    RawSocket broken(server->port());
    broken.send("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nx");
    CHECK(broken.read_all().starts_with("HTTP/1.1 400 "));

    RawSocket large(server->port());
    large.send("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n50000000\r\n");
    CHECK(large.read_all().starts_with("HTTP/1.1 413 "));

    RawSocket slow(server->port());
    slow.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc");
    CHECK(slow.read_all().find("did not come in time") != std::string::npos);
}

TEST_CASE("a streamed request without a body ends at once") {
    const auto server = serve(count);
    const auto client = connect(*server);
    CHECK(client->request("PUT", "/", "", "")->text() == "0");
    CHECK(client->get("/")->text() == "0");
}

TEST_CASE("a file that becomes shorter ends the connection, not the process") {
    const LargeFile file(1U << 20U);
    const auto server = serve([&](Request&&, Responder responder) {
        auto range = FileRange::open(file.path()).value();
        REQUIRE(::truncate(file.path().c_str(), 100'000) == 0);
        responder.respond({.body = std::move(range)});
    });
    const auto answer = connect(*server)->get("/");
    CHECK(answer.error().code() == ErrorCode::Unavailable);
}

}  // namespace
}  // namespace xos::http
