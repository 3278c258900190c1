#include "http/client.h"
#include "http/server.h"
#include "http/stream_queue.h"
#include "http/testing/fake_exchange.h"
#include "http/testing/raw_socket.h"
#include "http/testing/wait_until.h"

#include <doctest/doctest.h>

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace xos::http {
namespace {

StreamQueue::Piece piece(std::string text) {
    return std::make_shared<const std::string>(std::move(text));
}

TEST_CASE("a queue wakes its connection once for many pieces") {
    int wakes = 0;
    StreamQueue queue(100, [&] { ++wakes; });
    CHECK(queue.push(piece("ab")));
    CHECK(queue.push(piece("c")));
    CHECK(wakes == 1);
    CHECK(queue.pending_bytes() == 3);
    CHECK(queue.take().pieces.size() == 2);
    CHECK(queue.pending_bytes() == 3);
    CHECK(queue.push(piece("d")));
    CHECK(wakes == 2);
    queue.written(3);
    CHECK(queue.pending_bytes() == 1);
}

TEST_CASE("a queue over its limit takes no more, but one large piece goes alone") {
    StreamQueue queue(10, [] {});
    CHECK(queue.push(piece(std::string(50, 'x'))));
    CHECK(!queue.has_fallen_behind());
    CHECK(!queue.push(piece("y")));
    CHECK(queue.has_fallen_behind());
    CHECK(!queue.is_open());
}

TEST_CASE("a queue tells once when it is drained and when it is shut") {
    StreamQueue queue(100, [] {});
    int drained = 0;
    int closed = 0;
    queue.on_drained([&] { ++drained; });
    CHECK(drained == 1);
    queue.push(piece("ab"));
    queue.on_drained([&] { ++drained; });
    queue.on_close([&] { ++closed; });
    queue.take();
    queue.written(1);
    CHECK(drained == 1);
    queue.written(1);
    CHECK(drained == 2);
    queue.shut();
    queue.shut();
    CHECK(closed == 1);
    CHECK(!queue.push(piece("x")));
    queue.on_close([&] { ++closed; });
    CHECK(closed == 2);
}

TEST_CASE("a queue that its user ends tells him nothing") {
    StreamQueue queue(100, [] {});
    bool closed = false;
    queue.on_close([&] { closed = true; });
    queue.push(piece("ab"));
    queue.end();
    CHECK(!queue.push(piece("c")));
    const auto work = queue.take();
    CHECK(work.ended);
    CHECK(work.pieces.size() == 1);
    queue.shut();
    CHECK(!closed);
}

TEST_CASE("a fake exchange keeps what a handler answers") {
    const auto fake = FakeExchange::make();
    Stream stream = Responder(fake).open_stream({.status = 200});
    stream.send(piece("a"));
    stream.send(piece("b"));
    CHECK(fake->take_streamed() == "ab");
    CHECK(fake->take_streamed().empty());
    CHECK(fake->response()->status == 200);
    bool closed = false;
    stream.on_close([&] { closed = true; });
    fake->leave();
    CHECK(closed);
    const auto other = FakeExchange::make();
    { const Responder dropped(other); }
    CHECK(other->was_abandoned());
}

/// A server whose handler opens a stream and leaves it to the test.
class StreamServer {
public:
    explicit StreamServer(Server::Options options = {}) {
        auto started = Server::start(std::move(options), [this](Request&&, Responder responder) {
            Stream opened =
                responder.open_stream({.headers = {{"Content-Type", "text/event-stream"}}});
            stream_.with([&](auto& slot) { slot = std::move(opened); });
            has_stream_ = true;
        });
        REQUIRE(started);
        server = std::move(started).value();
    }

    Stream take() {
        REQUIRE(wait_until([this] { return has_stream_.exchange(false); }));
        return stream_.with([](auto& slot) { return std::move(*slot); });
    }

    std::unique_ptr<Server> server;

private:
    Guarded<std::optional<Stream>> stream_;
    std::atomic<bool> has_stream_ = false;
};

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

TEST_CASE("a stream is sent in chunks and ends in order") {
    StreamServer streams;
    RawSocket client(streams.server->port());
    client.send(kGet);
    Stream stream = streams.take();
    const std::string head = client.read_until("\r\n\r\n");
    CHECK(head.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
    CHECK(head.find("Content-Type: text/event-stream\r\n") != std::string::npos);
    CHECK(stream.send(piece("hello")));
    CHECK(client.read_until("hello\r\n") == "5\r\nhello\r\n");
    stream.close();
    CHECK(!stream.send(piece("more")));
    CHECK(client.read_all() == "0\r\n\r\n");
}

TEST_CASE("what is pending when a stream is closed still arrives") {
    StreamServer streams;
    auto client = Client::connect("http://127.0.0.1:" + std::to_string(streams.server->port()), {});
    REQUIRE(client);
    std::string received;
    std::thread reader([&] {
        const auto answer = (*client)->get("/");
        if (answer)
            received = answer->text();
    });
    {
        Stream stream = streams.take();
        for (int i = 0; i < 100; ++i)
            CHECK(stream.send(piece(std::string(1000, static_cast<char>('a' + i % 26)))));
    }
    reader.join();
    CHECK(received.size() == 100'000);
}

TEST_CASE("an old client gets a stream without chunks") {
    StreamServer streams;
    RawSocket client(streams.server->port());
    client.send("GET / HTTP/1.0\r\n\r\n");
    Stream stream = streams.take();
    stream.send(piece("hello"));
    stream.close();
    const std::string all = client.read_all();
    CHECK(all.find("chunked") == std::string::npos);
    CHECK(all.substr(all.find("\r\n\r\n")) == "\r\n\r\nhello");
}

TEST_CASE("a reader that falls behind is cut off, and the sender is told") {
    StreamServer streams({.stream_limit = 100'000});
    RawSocket client(streams.server->port(), 4096);
    client.send(kGet);
    Stream stream = streams.take();
    std::atomic<bool> closed = false;
    stream.on_close([&] { closed = true; });
    const auto large = piece(std::string(50'000, 'x'));
    CHECK(wait_until([&] { return !stream.send(large); }));
    CHECK(wait_until([&] { return closed.load(); }));
    CHECK(!stream.is_open());
    CHECK(stream.pending_bytes() == 0);
    CHECK(wait_until([&] { return streams.server->counters().open_connections == 0; }));
}

TEST_CASE("a sender that waits until all is drained is never behind") {
    StreamServer streams({.stream_limit = 100'000});
    RawSocket client(streams.server->port(), 4096);
    client.send(kGet);
    Stream stream = streams.take();
    std::size_t received = 0;
    std::thread reader([&] { received = client.read_all().size(); });
    const auto large = piece(std::string(90'000, 'x'));
    for (int i = 0; i < 50; ++i) {
        std::atomic<bool> drained = false;
        stream.on_drained([&] { drained = true; });
        REQUIRE(wait_until([&] { return drained.load(); }));
        REQUIRE(stream.send(large));
    }
    stream.close();
    reader.join();
    CHECK(received > 50 * 90'000);
}

TEST_CASE("the sender is told when the client leaves") {
    StreamServer streams;
    std::optional<RawSocket> client(std::in_place, streams.server->port());
    client->send(kGet);
    Stream stream = streams.take();
    std::atomic<bool> closed = false;
    stream.on_close([&] { closed = true; });
    client.reset();
    CHECK(wait_until([&] { return closed.load(); }));
    CHECK(!stream.send(piece("x")));
}

TEST_CASE("stopping the server ends its streams in order and tells the senders") {
    StreamServer streams;
    RawSocket client(streams.server->port());
    client.send(kGet);
    Stream stream = streams.take();
    std::atomic<bool> closed = false;
    stream.on_close([&] { closed = true; });
    stream.send(piece("last"));
    client.read_until("last\r\n");
    streams.server->stop(Duration(5'000));
    CHECK(closed);
    CHECK(client.read_all() == "0\r\n\r\n");
    CHECK(!stream.send(piece("x")));
}

TEST_CASE("a stream may outlive its server") {
    std::optional<Stream> stream;
    {
        StreamServer streams;
        RawSocket client(streams.server->port());
        client.send(kGet);
        stream = streams.take();
        streams.server->stop(Duration(0));
    }
    CHECK(!stream->send(piece("x")));
}

TEST_CASE("many threads may send on one stream") {
    StreamServer streams({.stream_limit = 64U << 20U});
    RawSocket client(streams.server->port());
    client.send("GET / HTTP/1.0\r\n\r\n");
    Stream stream = streams.take();
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 1000; ++i)
                stream.send(piece("0123456789"));
        });
    for (auto& thread : threads)
        thread.join();
    stream.close();
    const std::string all = client.read_all();
    CHECK(all.size() - all.find("\r\n\r\n") - 4 == 40'000);
}

TEST_CASE("events are read as they were sent") {
    StreamServer streams;
    auto client = Client::create("http://127.0.0.1:" + std::to_string(streams.server->port()), {});
    REQUIRE(client);
    auto events = (*client)->open_events("/watch");
    REQUIRE(events);
    Stream stream = streams.take();
    stream.send(piece(": a comment\n\nretry: 5\n\n" + format_event({"1", "put", "a\nb"})));
    stream.send(piece("data:x\r"));
    stream.send(piece("\ndata\r\n\r\nid: 2\nevent: rem"));
    CHECK((*events)->next(Duration(5'000)).value() == Event{"1", "put", "a\nb"});
    CHECK((*events)->next(Duration(5'000)).value() == Event{"1", "message", "x\n"});
    CHECK(!(*events)->next(Duration(1)).value());
    stream.send(piece("ove\ndata: z\n\n"));
    CHECK((*events)->next(Duration(5'000)).value() == Event{"2", "remove", "z"});
    stream.close();
    CHECK((*events)->next(Duration(5'000)).error().code() == ErrorCode::Unavailable);
}

TEST_CASE("an event stream is closed from another thread") {
    StreamServer streams;
    auto client = Client::create("http://127.0.0.1:" + std::to_string(streams.server->port()), {});
    auto events = (*client)->open_events("/watch");
    REQUIRE(events);
    const Stream stream = streams.take();
    std::thread closer([&] { (*events)->close(); });
    CHECK((*events)->next(Duration(60'000)).error().code() == ErrorCode::Unavailable);
    closer.join();
    CHECK((*events)->next(Duration(60'000)).error().code() == ErrorCode::Unavailable);
}

}  // namespace
}  // namespace xos::http
