#pragma once

#include "http/answer_head.h"
#include "http/input_buffer.h"
#include "http/io_thread.h"
#include "http/request_parser.h"
#include "http/responder.h"
#include "http/sender.h"
#include "http/server_shared.h"
#include "http/transport.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace xos::http {

/// One client's connection: reads requests, hands them to the handler, writes its answers.
///
///   Handshake → Head ⇄ Body → Answering → Head …
///                 │             │  └──→ Streaming ─┐
///                 └─ refused ───┴──→ Lingering ────┴─→ Closed
///
/// One request is handled at a time; what a client sends ahead waits. While nothing can go on but
/// by the client or the handler, one read waits, so that a client that leaves is noticed. Lives on
/// its IoThread; only the functions of Exchange may be called from others, and pass the call on.
class Connection final : public Exchange,
                         public Transport::User,
                         public IoThread::Member,
                         public std::enable_shared_from_this<Connection> {
public:
    struct Peer {
        std::string address;
        std::uint16_t port = 0;
    };

    Connection(std::shared_ptr<ServerShared> shared, std::shared_ptr<IoThread> thread,
               std::unique_ptr<Transport> transport, Peer peer);

    /// Called once, on the thread.
    void start();

    void respond(Response response) override;
    Stream open_stream(Response head) override;
    void abandon() override;
    void read_body(ChunkHandler handler) override;
    bool is_open() const override { return open_.load(std::memory_order_relaxed); }

    void on_ready(bool usable) override;
    void on_read(std::size_t count) override;
    void on_written(std::optional<std::size_t> count) override;

    void on_deadline() override;
    void drain() override;
    void close() override;

private:
    enum class Phase : std::uint8_t {
        Handshake,
        Head,
        Body,
        Answering,  ///< With the handler, or its answer is being written.
        Streaming,
        Lingering,  ///< All is written; the client gets time to read it.
        Closed,
    };

    std::shared_ptr<Connection> self() { return shared_from_this(); }
    bool is_secure() const { return !shared_->options.tls_certificate.empty(); }

    // Reading.
    void advance();
    bool step();
    bool take_head();
    bool take_body();
    void begin_request();
    BodyPlan plan_body(const Request& head) const;
    void dispatch();
    void send_continue();
    void refuse(int status, std::string_view text);
    void wait();
    void wait_for_head();
    void read(std::size_t least, std::size_t most);
    void peer_left();
    TimePoint body_deadline() const;

    // A streamed body.
    void want_chunk(ChunkHandler handler);
    bool give_chunk();
    bool parse_chunk();
    void deliver(Result<std::string> chunk);

    // Writing.
    void answer(Response response);
    void send_answer(Response response);
    void proceed(Sender::Progress progress);
    void sent();
    void finish_exchange();
    void linger();

    // A stream.
    void begin_stream(Response head, std::shared_ptr<StreamQueue> queue);
    void flush_stream();
    void end_stream();

    const std::shared_ptr<ServerShared> shared_;
    const std::shared_ptr<IoThread> thread_;
    const std::unique_ptr<Transport> transport_;
    const Peer peer_;

    std::atomic<bool> open_ = true;  // Whether the client is still there.

    // Touched by the thread only.
    Phase phase_ = Phase::Handshake;
    InputBuffer input_;
    RequestParser parser_;
    Sender sender_;
    bool advancing_ = false;
    bool reading_ = false;
    bool peer_done_ = false;
    bool draining_ = false;
    bool served_ = false;  // A request came before.

    // Of the present request.
    TimePoint head_deadline_ = IoThread::kNever;
    bool head_only_ = false;
    bool keep_alive_ = false;
    bool owes_continue_ = false;
    bool answered_ = false;
    bool body_complete_ = false;
    TimePoint body_started_{};
    TimePoint body_paused_{};
    std::uint64_t body_bytes_ = 0;
    std::optional<Error> body_failure_;
    ChunkHandler chunk_handler_;
    std::optional<Response> waiting_answer_;  // Behind "100 Continue".

    std::shared_ptr<StreamQueue> stream_;
    std::size_t flushing_ = 0;
};

}  // namespace xos::http
