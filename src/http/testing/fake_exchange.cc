#include "http/testing/fake_exchange.h"

#include "base/check.h"

#include <limits>
#include <utility>

namespace xos::http {

void FakeExchange::respond(Response response) {
    state_.with([&](State& state) {
        XOS_CHECK(!state.response && !state.abandoned, "a request is answered once");
        state.response = std::move(response);
    });
}

Stream FakeExchange::open_stream(Response head) {
    auto queue = std::make_shared<StreamQueue>(std::numeric_limits<std::size_t>::max(), [] {});
    state_.with([&](State& state) {
        XOS_CHECK(!state.response && !state.abandoned, "a request is answered once");
        state.response = std::move(head);
        state.stream = queue;
    });
    return Stream(std::move(queue));
}

void FakeExchange::abandon() {
    state_.with([](State& state) { state.abandoned = true; });
}

void FakeExchange::read_body(ChunkHandler handler) {
    auto piece = state_.with([](State& state) -> Result<std::string> {
        if (state.left)
            return Error{ErrorCode::Unavailable, "the client left before the body's end"};
        if (state.body.empty())
            return std::string();
        std::string first = std::move(state.body.front());
        state.body.pop_front();
        return first;
    });
    handler(std::move(piece));
}

bool FakeExchange::is_open() const {
    return state_.with([](const State& state) { return !state.left; });
}

std::optional<Response> FakeExchange::response() const {
    return state_.with([](const State& state) { return state.response; });
}

bool FakeExchange::was_abandoned() const {
    return state_.with([](const State& state) { return state.abandoned; });
}

std::string FakeExchange::take_streamed() {
    const auto stream = state_.with([](State& state) { return state.stream; });
    std::string text;
    if (stream == nullptr)
        return text;
    const StreamQueue::Work work = stream->take();
    for (const auto& piece : work.pieces)
        text += *piece;
    stream->written(text.size());
    return text;
}

bool FakeExchange::stream_has_ended() const {
    return state_.with(
        [](const State& state) { return state.stream != nullptr && !state.stream->is_open(); });
}

void FakeExchange::leave() {
    const auto stream = state_.with([](State& state) {
        state.left = true;
        return state.stream;
    });
    if (stream != nullptr)
        stream->shut();
}

}  // namespace xos::http
