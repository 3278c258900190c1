#pragma once

#include "base/result.h"
#include "http/message.h"
#include "http/stream.h"

#include <functional>
#include <memory>
#include <string>

namespace xos::http {

/// Gets the next piece of a request's body: empty at its end; Unavailable when the client left or
/// was too slow, TooLarge over the limit, Malformed when it cannot be read. Runs on the
/// connection's I/O thread and must not block for long.
using ChunkHandler = std::function<void(Result<std::string> chunk)>;

/// One request that waits for its answer, seen from the side that answers. The server has the real
/// one, tests of handlers have `testing/fake_exchange.h`. Thread-safe.
class Exchange {
public:
    virtual ~Exchange() = default;

    /// Precondition for these three: none was called before.
    virtual void respond(Response response) = 0;
    virtual Stream open_stream(Response head) = 0;
    /// There will be no answer.
    virtual void abandon() = 0;

    virtual void read_body(ChunkHandler handler) = 0;
    virtual bool is_open() const = 0;
};

/// Takes a streamed body piece by piece. The client is held back until the next piece is asked for,
/// so memory stays bounded whatever its size. Thread-safe; may outlive the server.
class BodyReader {
public:
    explicit BodyReader(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}

    /// Asks for the next piece, which `handler` gets once. It may ask for the one after it from
    /// inside. Precondition: no earlier call waits, and the end has not been seen.
    void next(ChunkHandler handler) { exchange_->read_body(std::move(handler)); }

private:
    std::shared_ptr<Exchange> exchange_;
};

/// The right and the duty to answer one request, now or later, from any thread.
///
/// One that is destroyed without an answer answers 500, so a client never waits in vain. It may
/// outlive the server.
class Responder {
public:
    explicit Responder(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
    Responder(Responder&&) noexcept = default;
    Responder& operator=(Responder&& other) noexcept;
    ~Responder();

    /// Answers. Precondition for this and `open_stream`: not answered before.
    void respond(Response response);

    /// Answers with `head` (its body is not used) and whatever is sent on the stream.
    Stream open_stream(Response head);

    /// The body of a request whose `BodyPlan` is Streamed. A request answered before its body was
    /// read to the end is the last on its connection.
    BodyReader body() const { return BodyReader(exchange_); }

    /// False once the client has left: an answer would reach nobody.
    bool is_open() const { return exchange_ != nullptr && exchange_->is_open(); }

private:
    std::shared_ptr<Exchange> exchange_;
};

}  // namespace xos::http
