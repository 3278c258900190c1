#include "http/stream.h"

#include "base/check.h"
#include "http/stream_queue.h"

#include <utility>

namespace xos::http {

StreamQueue::StreamQueue(std::size_t limit, std::function<void()> wake)
    : limit_(limit), wake_(std::move(wake)) {}

bool StreamQueue::push(Piece piece) {
    if (piece == nullptr || piece->empty())
        return is_open();
    bool wake = false;
    const bool taken = state_.with([&](State& state) {
        if (state.shut || state.ended || state.fell_behind)
            return false;
        // One piece over the limit may go out alone, else it never could.
        if (state.pending > 0 && state.pending + piece->size() > limit_) {
            state.fell_behind = true;
            wake = true;
            return false;
        }
        wake = !std::exchange(state.woken, true);
        state.pending += piece->size();
        state.pieces.push_back(std::move(piece));
        return true;
    });
    if (wake)
        wake_();
    return taken;
}

void StreamQueue::end() {
    std::function<void()> closed;   // Destroyed outside the lock: it may own
    std::function<void()> drained;  // what calls back into this queue.
    const bool wake = state_.with([&](State& state) {
        closed = std::exchange(state.closed, nullptr);
        drained = std::exchange(state.drained, nullptr);
        if (state.shut || std::exchange(state.ended, true))
            return false;
        return !std::exchange(state.woken, true);
    });
    if (wake)
        wake_();
}

std::size_t StreamQueue::pending_bytes() const {
    return state_.with([](const State& state) { return state.pending; });
}

bool StreamQueue::is_open() const {
    return state_.with(
        [](const State& state) { return !state.shut && !state.ended && !state.fell_behind; });
}

void StreamQueue::on_close(std::function<void()> then) {
    const bool now = state_.with([&](State& state) {
        if (!state.shut)
            state.closed = std::move(then);
        return state.shut;
    });
    if (now && then)
        then();
}

void StreamQueue::on_drained(std::function<void()> then) {
    const bool now = state_.with([&](State& state) {
        if (state.shut || state.ended || state.fell_behind)
            return false;
        if (state.pending > 0)
            state.drained = std::move(then);
        return state.pending == 0;
    });
    if (now && then)
        then();
}

StreamQueue::Work StreamQueue::take() {
    return state_.with([](State& state) {
        state.woken = false;
        return Work{std::exchange(state.pieces, {}), state.ended};
    });
}

void StreamQueue::written(std::size_t bytes) {
    const auto drained = state_.with([&](State& state) -> std::function<void()> {
        if (state.shut)
            return nullptr;
        state.pending -= bytes;
        return state.pending == 0 ? std::exchange(state.drained, nullptr) : nullptr;
    });
    if (drained)
        drained();
}

bool StreamQueue::has_fallen_behind() const {
    return state_.with([](const State& state) { return state.fell_behind; });
}

void StreamQueue::stop() {
    std::function<void()> drained;
    const auto closed = state_.with([&](State& state) -> std::function<void()> {
        if (state.shut || std::exchange(state.ended, true))
            return nullptr;
        drained = std::exchange(state.drained, nullptr);
        return std::exchange(state.closed, nullptr);
    });
    if (closed)
        closed();
}

void StreamQueue::shut() {
    std::function<void()> drained;
    std::vector<Piece> pieces;
    const auto closed = state_.with([&](State& state) -> std::function<void()> {
        if (std::exchange(state.shut, true))
            return nullptr;
        drained = std::exchange(state.drained, nullptr);
        pieces = std::exchange(state.pieces, {});
        state.pending = 0;
        return std::exchange(state.closed, nullptr);
    });
    if (closed)
        closed();
}

Stream& Stream::operator=(Stream&& other) noexcept {
    if (this != &other) {
        close();
        queue_ = std::move(other.queue_);
    }
    return *this;
}

Stream::~Stream() {
    close();
}

bool Stream::send(std::shared_ptr<const std::string> piece) {
    return queue_ != nullptr && queue_->push(std::move(piece));
}

std::size_t Stream::pending_bytes() const {
    return queue_ == nullptr ? 0 : queue_->pending_bytes();
}

bool Stream::is_open() const {
    return queue_ != nullptr && queue_->is_open();
}

void Stream::close() {
    if (queue_ != nullptr)
        queue_->end();
}

void Stream::on_close(std::function<void()> then) {
    XOS_CHECK(queue_ != nullptr, "on_close of a stream that was moved from");
    queue_->on_close(std::move(then));
}

void Stream::on_drained(std::function<void()> then) {
    XOS_CHECK(queue_ != nullptr, "on_drained of a stream that was moved from");
    queue_->on_drained(std::move(then));
}

}  // namespace xos::http
