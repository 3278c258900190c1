#include "http/connection.h"

#include <utility>

namespace xos::http {
namespace {

constexpr std::size_t kHeadRead = 1U << 10U;
constexpr std::size_t kBodyRead = 64U << 10U;
constexpr std::size_t kBodyMost = 128U << 10U;

}  // namespace

Connection::Connection(std::shared_ptr<ServerShared> shared, std::shared_ptr<IoThread> thread,
                       std::unique_ptr<Transport> transport, Peer peer)
    : shared_(std::move(shared)),
      thread_(std::move(thread)),
      transport_(std::move(transport)),
      peer_(std::move(peer)),
      parser_({shared_->options.max_headers, shared_->options.max_line, shared_->options.max_head}),
      sender_(*transport_) {}

void Connection::start() {
    thread_->add(self());
    if (shared_->stopping)
        return close();
    thread_->set_deadline(*this, thread_->now() + shared_->options.head_timeout);
    transport_->start(self());
}

void Connection::on_ready(bool usable) {
    if (phase_ == Phase::Closed)
        return;
    if (!usable || draining_)
        return close();
    phase_ = Phase::Head;
    advance();
}

void Connection::on_read(std::size_t count) {
    reading_ = false;
    if (phase_ == Phase::Closed)
        return;
    if (count == 0)
        return peer_left();
    // Nothing that comes after the last request is answered.
    if (phase_ != Phase::Lingering && phase_ != Phase::Streaming)
        input_.commit(count);
    advance();
}

void Connection::peer_left() {
    peer_done_ = true;
    open_ = false;
    if (phase_ != Phase::Answering)
        return close();
    // It may have ended only its sending side and still wait for the answer.
    if (!body_complete_ && !body_failure_)
        body_failure_ = Error{ErrorCode::Unavailable, "the client left before the body's end"};
    advance();
}

void Connection::advance() {
    if (std::exchange(advancing_, true))
        return;
    while (step()) {
    }
    advancing_ = false;
    wait();
}

/// Goes one step on with what has been read; false when it can go no further.
bool Connection::step() {
    switch (phase_) {
        case Phase::Head: return take_head();
        case Phase::Body: return take_body();
        case Phase::Answering: return give_chunk();
        default: return false;
    }
}

bool Connection::take_head() {
    if (input_.is_empty())
        return false;
    const std::size_t taken = parser_.put(input_.view());
    input_.consume(taken);
    switch (parser_.state()) {
        case RequestParser::State::Head: return taken > 0;
        case RequestParser::State::Failed:
            head_only_ = false;  // That was said of the request before.
            refuse(parser_.failure().status, parser_.failure().text);
            return true;
        default: begin_request(); return true;
    }
}

void Connection::begin_request() {
    Request& request = parser_.request();
    request.peer = peer_.address;
    request.peer_port = peer_.port;
    request.secure = is_secure();
    served_ = true;
    head_deadline_ = IoThread::kNever;
    head_only_ = request.method == "HEAD";
    keep_alive_ = parser_.keep_alive();
    body_complete_ = parser_.state() == RequestParser::State::Done;
    body_failure_.reset();
    if (body_complete_)
        return dispatch();

    const BodyPlan plan = plan_body(request);
    if (parser_.content_length().value_or(0) > plan.limit)
        return refuse(413, "the body is longer than " + std::to_string(plan.limit) + " bytes");
    parser_.set_body_limit(plan.limit);
    owes_continue_ = parser_.expects_continue();
    body_started_ = thread_->now();
    body_paused_ = body_started_;
    body_bytes_ = 0;
    if (plan.kind == BodyPlan::Kind::Streamed)
        return dispatch();
    phase_ = Phase::Body;
    send_continue();
}

BodyPlan Connection::plan_body(const Request& head) const {
    if (shared_->options.plan_body)
        return shared_->options.plan_body(head);
    return {BodyPlan::Kind::Whole, shared_->options.body_limit};
}

bool Connection::take_body() {
    if (input_.is_empty())
        return false;
    const std::size_t taken = parser_.put(input_.view());
    input_.consume(taken);
    body_bytes_ += taken;
    switch (parser_.state()) {
        case RequestParser::State::Failed:
            refuse(parser_.failure().status, parser_.failure().text);
            return true;
        case RequestParser::State::Done:
            body_complete_ = true;
            dispatch();
            return true;
        default: return taken > 0;
    }
}

void Connection::dispatch() {
    phase_ = Phase::Answering;
    answered_ = false;
    shared_->requests.fetch_add(1, std::memory_order_relaxed);
    Request request = std::move(parser_.request());
    if (body_complete_)
        request.body = parser_.take_body();
    Responder responder(self());
    try {
        shared_->handler(std::move(request), std::move(responder));
    } catch (...) {
        // The responder, wherever it got to, answers 500 when it is destroyed.
        return;
    }
}

void Connection::send_continue() {
    // A client that has begun to send does not wait for it.
    if (!std::exchange(owes_continue_, false) || !input_.is_empty())
        return;
    proceed(sender_.send("HTTP/1.1 100 Continue\r\n\r\n", {}, self()));
}

void Connection::refuse(int status, std::string_view text) {
    shared_->protocol_errors.fetch_add(1, std::memory_order_relaxed);
    phase_ = Phase::Answering;
    answered_ = false;
    keep_alive_ = false;
    body_complete_ = false;
    answer(shared_->problem(status, text));
}

/// Asks for what has to come next, by what time.
void Connection::wait() {
    if (peer_done_ && (phase_ == Phase::Head || phase_ == Phase::Body))
        return close();
    switch (phase_) {
        case Phase::Head: return wait_for_head();
        case Phase::Body:
            if (!sender_.is_busy())
                thread_->set_deadline(*this, body_deadline());
            return read(kBodyRead, kBodyMost);
        case Phase::Answering:
            if (!sender_.is_busy())
                thread_->set_deadline(*this, chunk_handler_ ? body_deadline() : IoThread::kNever);
            if (chunk_handler_ && peer_done_)
                return peer_left();
            if (chunk_handler_)
                read(kBodyRead, kBodyMost);
            else if (input_.is_empty())
                read(kHeadRead, shared_->options.max_head);
            return;
        case Phase::Streaming:
            if (!sender_.is_busy())
                thread_->set_deadline(*this, IoThread::kNever);
            return read(kHeadRead, shared_->options.max_head);
        case Phase::Lingering: return read(kHeadRead, shared_->options.max_head);
        default: return;
    }
}

void Connection::wait_for_head() {
    const TimePoint now = thread_->now();
    if (served_ && input_.is_empty()) {
        if (draining_)
            return close();
        thread_->set_deadline(*this, now + shared_->options.idle_timeout);
    } else {
        if (head_deadline_ == IoThread::kNever)
            head_deadline_ = now + shared_->options.head_timeout;
        thread_->set_deadline(*this, head_deadline_);
    }
    read(kHeadRead, shared_->options.max_head);
    if (!reading_ && phase_ == Phase::Head)
        refuse(431, "the head of the request is too long");
}

void Connection::read(std::size_t least, std::size_t most) {
    if (reading_ || peer_done_)
        return;
    const std::span<char> room = input_.room(least, most);
    if (room.empty())
        return;
    reading_ = true;
    transport_->read(room, self());
}

TimePoint Connection::body_deadline() const {
    const std::uint64_t seconds = body_bytes_ / shared_->options.slowest_upload;
    return body_started_ + shared_->options.body_timeout + Duration(1000 * seconds);
}

void Connection::on_deadline() {
    switch (phase_) {
        case Phase::Head:
            if (input_.is_empty() && parser_.is_fresh())
                return close();
            return refuse(408, "the head of the request did not come in time");
        case Phase::Body:
            if (sender_.is_busy())
                return close();
            return refuse(408, "the body of the request did not come in time");
        case Phase::Answering:
            if (sender_.is_busy() || !chunk_handler_)
                return close();
            body_failure_ = Error{ErrorCode::Unavailable, "the body did not come in time"};
            return advance();
        default: return close();
    }
}

void Connection::drain() {
    draining_ = true;
    if (phase_ == Phase::Lingering || phase_ == Phase::Handshake)
        return close();
    if (phase_ == Phase::Head && input_.is_empty() && parser_.is_fresh())
        return close();
    if (phase_ == Phase::Streaming && stream_ != nullptr) {
        const auto stream = stream_;
        stream->stop();
        flush_stream();
    }
}

void Connection::close() {
    if (std::exchange(phase_, Phase::Closed) == Phase::Closed)
        return;
    const auto keep = self();
    open_ = false;
    transport_->close();
    thread_->remove(*this);
    shared_->open.remove();
    waiting_answer_.reset();
    if (chunk_handler_)
        deliver(Error{ErrorCode::Unavailable, "the connection is closed"});
    if (const auto stream = std::exchange(stream_, nullptr))
        stream->shut();
}

}  // namespace xos::http
