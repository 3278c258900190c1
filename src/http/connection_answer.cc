// The writing side of a connection: answers, streams, and bodies that handlers take themselves.

#include "http/connection.h"

#include <utility>

namespace xos::http {
namespace {

/// How long a client gets to read the last answer before the connection is closed under it.
constexpr Duration kLinger{2'000};
constexpr Duration kShortLinger{100};  // When the server is stopping.

}  // namespace

void Connection::respond(Response response) {
    if (thread_->is_current())
        return answer(std::move(response));
    thread_->post([self = self(), response = std::move(response)]() mutable {
        self->answer(std::move(response));
    });
}

void Connection::abandon() {
    respond(shared_->problem(500, "the request was left without an answer"));
}

void Connection::answer(Response response) {
    if (phase_ != Phase::Answering || std::exchange(answered_, true))
        return;
    if (sender_.is_busy())
        waiting_answer_ = std::move(response);
    else
        send_answer(std::move(response));
    advance();
}

void Connection::send_answer(Response response) {
    // What is left of the body would have to be read to find the next request.
    if (!body_complete_ || draining_ || peer_done_)
        keep_alive_ = false;
    std::string head = sender_.take_head();
    append_head(head, response,
                {.date = thread_->date(),
                 .ending = Ending::Length,
                 .persistence = keep_alive_ ? Persistence::KeepAlive : Persistence::Last,
                 .http_1_0 = parser_.is_http_1_0()});
    if (head_only_ || !allows_body(response.status))
        response.body = std::string();
    proceed(sender_.send(std::move(head), std::move(response.body), self()));
}

void Connection::proceed(Sender::Progress progress) {
    switch (progress) {
        case Sender::Progress::Done: return sent();
        case Sender::Progress::Waiting:
            return thread_->set_deadline(*this, thread_->now() + shared_->options.send_timeout);
        case Sender::Progress::Failed: return close();
    }
}

void Connection::on_written(std::optional<std::size_t> count) {
    if (phase_ == Phase::Closed)
        return;
    proceed(sender_.written(count, self()));
    advance();
}

/// Everything that was given to the sender has been written.
void Connection::sent() {
    if (phase_ == Phase::Streaming) {
        stream_->written(std::exchange(flushing_, 0));
        return flush_stream();
    }
    if (phase_ != Phase::Answering || !answered_)
        return;  // It was "100 Continue".
    if (waiting_answer_)
        return send_answer(*std::exchange(waiting_answer_, std::nullopt));
    finish_exchange();
}

void Connection::finish_exchange() {
    if (!keep_alive_ || draining_)
        return linger();
    parser_.reset();
    phase_ = Phase::Head;
    if (!reading_)
        input_.shrink();
}

void Connection::linger() {
    const bool asked_for = body_complete_ && input_.is_empty() && !parser_.keep_alive();
    if (peer_done_ || asked_for)
        return close();
    // Closing with unread bytes of the client would make its system drop the answer unread.
    phase_ = Phase::Lingering;
    transport_->end_sending();
    if (!reading_)
        input_ = {};
    thread_->set_deadline(*this, thread_->now() + (draining_ ? kShortLinger : kLinger));
}

void Connection::read_body(ChunkHandler handler) {
    if (thread_->is_current())
        return want_chunk(std::move(handler));
    const bool taken = thread_->post([self = self(), handler] { self->want_chunk(handler); });
    if (!taken)
        handler(Error{ErrorCode::Unavailable, "the server has stopped"});
}

void Connection::want_chunk(ChunkHandler handler) {
    if (phase_ != Phase::Answering || answered_)
        return handler(Error{ErrorCode::Unavailable, "the connection is closed"});
    chunk_handler_ = std::move(handler);
    body_started_ += thread_->now() - body_paused_;
    send_continue();
    advance();
}

/// Gives the handler that waits for a piece of the body what is there of it.
bool Connection::give_chunk() {
    if (!chunk_handler_)
        return false;
    if (!body_complete_ && !body_failure_ && !input_.is_empty() && parse_chunk())
        return true;
    std::string chunk = parser_.take_body();
    if (chunk.empty() && body_failure_)
        deliver(*body_failure_);
    else if (!chunk.empty() || body_complete_)
        deliver(std::move(chunk));
    else
        return false;
    return true;
}

/// Whether what was taken was all framing, so that there may be more behind it.
bool Connection::parse_chunk() {
    const std::size_t taken = parser_.put(input_.view());
    input_.consume(taken);
    body_bytes_ += taken;
    const auto state = parser_.state();
    if (state == RequestParser::State::Failed) {
        const RequestParser::Failure& failure = parser_.failure();
        body_failure_ = Error{error_code_of(failure.status), failure.text};
    }
    body_complete_ = state == RequestParser::State::Done;
    return state == RequestParser::State::Body && taken > 0 && !parser_.has_body();
}

void Connection::deliver(Result<std::string> chunk) {
    const ChunkHandler handler = std::exchange(chunk_handler_, nullptr);
    body_paused_ = thread_->now();
    try {
        handler(std::move(chunk));
    } catch (...) {
        // As in `dispatch`: the responder answers when it is destroyed with the handler.
        return;
    }
}

Stream Connection::open_stream(Response head) {
    auto queue = std::make_shared<StreamQueue>(shared_->options.stream_limit, [self = self()] {
        self->thread_->post([self] { self->flush_stream(); });
    });
    if (thread_->is_current()) {
        begin_stream(std::move(head), queue);
        return Stream(std::move(queue));
    }
    const bool taken = thread_->post([self = self(), head = std::move(head), queue]() mutable {
        self->begin_stream(std::move(head), std::move(queue));
    });
    if (!taken)
        queue->shut();
    return Stream(std::move(queue));
}

void Connection::begin_stream(Response head, std::shared_ptr<StreamQueue> queue) {
    // "100 Continue" that still waits to be written means a client that does not read, and one that
    // has ended its side would not be noticed when it leaves.
    if (phase_ == Phase::Answering && (sender_.is_busy() || peer_done_))
        close();
    if (phase_ != Phase::Answering || answered_)
        return queue->shut();
    if (draining_) {
        queue->shut();
        return answer(shared_->problem(503, "the server is stopping"));
    }
    answered_ = true;
    keep_alive_ = false;
    stream_ = std::move(queue);
    head.body = std::string();
    std::string text = sender_.take_head();
    append_head(text, head,
                {.date = thread_->date(),
                 .ending = parser_.is_http_1_0() ? Ending::Close : Ending::Chunked,
                 .persistence = Persistence::Last});
    if (head_only_)
        std::exchange(stream_, nullptr)->shut();
    else
        phase_ = Phase::Streaming;
    proceed(sender_.send(std::move(text), {}, self()));
    advance();
}

/// Writes what is pending on the stream; not recursive, however fast more is sent.
void Connection::flush_stream() {
    while (phase_ == Phase::Streaming) {
        if (stream_->has_fallen_behind())
            return close();
        if (sender_.is_busy())
            return;
        StreamQueue::Work work = stream_->take();
        if (work.pieces.empty()) {
            if (work.ended)
                end_stream();
            return;
        }
        flushing_ = 0;
        for (const auto& piece : work.pieces)
            flushing_ += piece->size();
        const auto framing =
            parser_.is_http_1_0() ? Sender::Framing::Raw : Sender::Framing::Chunked;
        const auto progress = sender_.send_chunk(std::move(work.pieces), framing, self());
        if (progress != Sender::Progress::Done)
            return proceed(progress);
        stream_->written(std::exchange(flushing_, 0));
    }
}

void Connection::end_stream() {
    const auto stream = std::exchange(stream_, nullptr);
    phase_ = Phase::Answering;
    stream->shut();
    if (parser_.is_http_1_0())
        return finish_exchange();
    proceed(sender_.send("0\r\n\r\n", {}, self()));
    advance();
}

}  // namespace xos::http
