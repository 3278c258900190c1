#pragma once

#include "base/guarded.h"
#include "http/responder.h"
#include "http/stream_queue.h"

#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace xos::http {

/// The other side of a Responder without a network, for tests of handlers: keeps what is answered,
/// and gives the body it is told to. Thread-safe.
class FakeExchange final : public Exchange {
public:
    static std::shared_ptr<FakeExchange> make() { return std::make_shared<FakeExchange>(); }

    /// `body` is what `read_body` gives, one piece a call, then its end.
    explicit FakeExchange(std::deque<std::string> body = {}) : state_(State{std::move(body)}) {}

    void respond(Response response) override;
    Stream open_stream(Response head) override;
    void abandon() override;
    void read_body(ChunkHandler handler) override;
    bool is_open() const override;

    /// The answer, or the head of the stream, once there is one.
    std::optional<Response> response() const;
    bool was_abandoned() const;
    /// What was sent on the stream since the last call.
    std::string take_streamed();
    /// Whether the handler has ended its stream.
    bool stream_has_ended() const;
    /// The client leaves.
    void leave();

private:
    struct State {
        std::deque<std::string> body;
        std::optional<Response> response;
        std::shared_ptr<StreamQueue> stream;
        bool abandoned = false;
        bool left = false;
    };

    Guarded<State> state_;
};

}  // namespace xos::http
