#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "http/message.h"
#include "http/responder.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace xos::http {

/// How the body of one request is taken.
struct BodyPlan {
    enum class Kind : std::uint8_t {
        Whole,     ///< Collected in `Request::body` before the handler is called.
        Streamed,  ///< Left for the handler, which takes it by `Responder::body`.
    };
    Kind kind = Kind::Whole;
    std::uint64_t limit = 0;  ///< Longer ones are answered 413.
};

/// An HTTP/1.1 server: connections, limits, TLS; what is asked and answered is the handler's.
///
/// Requests of one connection are handled one after the other; many connections in parallel on a
/// fixed number of threads of its own, `xos-http-0` and on. A server with no client makes no system
/// call. Malformed input is answered 4xx and ends its connection, nothing else. All functions may
/// be called from any thread but the server's own.
class Server {
public:
    /// Called on an I/O thread and must not block there; answers by the Responder, at once or
    /// later. What it throws ends as a 500.
    using Handler = std::function<void(Request&& request, Responder responder)>;

    struct Problem {
        std::string content_type;
        std::string body;
    };

    struct Options {
        std::string address = "127.0.0.1";  ///< An IPv4 or IPv6 address, no name.
        std::uint16_t port = 0;             ///< 0: a free one, see `port()`.
        std::size_t threads = 2;

        /// PEM files; both empty: no TLS.
        std::string tls_certificate;
        std::string tls_key;

        std::uint64_t body_limit = 16U << 20U;
        std::size_t max_headers = 64;
        std::size_t max_line = 8U << 10U;   ///< Of the target, and of one header.
        std::size_t max_head = 64U << 10U;  ///< Of the request line and all headers.
        std::size_t max_connections = 20'000;
        std::size_t stream_limit = 4U << 20U;  ///< Bytes that a stream's client may be behind.

        Duration head_timeout{10'000};  ///< For a whole head, and for the TLS handshake.
        /// A body may take this long and one second more for each `slowest_upload` bytes, not
        /// counting the time that its handler does not ask for more.
        Duration body_timeout{30'000};
        std::uint64_t slowest_upload = 4096;
        Duration send_timeout{30'000};   ///< For a client to take any more of an answer.
        Duration idle_timeout{120'000};  ///< Between two requests.

        /// Called with a request that has a body, before the body is read. Without it each is Whole
        /// with `body_limit`.
        std::function<BodyPlan(const Request& head)> plan_body;
        /// The body of the server's own answers, such as 400 or 413. Without it: plain text.
        std::function<Problem(int status, std::string_view text)> protocol_problem;
    };

    /// Totals since the start, for metrics.
    struct Counters {
        std::uint64_t open_connections = 0;
        std::uint64_t accepted = 0;
        std::uint64_t turned_away = 0;  ///< Over `max_connections`.
        std::uint64_t requests = 0;
        std::uint64_t protocol_errors = 0;
    };

    /// Listens and serves. Unavailable when the address cannot be bound, Invalid when it is no
    /// address or the certificate or key cannot be used.
    static Result<std::unique_ptr<Server>> start(Options options, Handler handler);

    /// As `stop` without patience.
    ~Server();

    /// Stops listening, closes idle connections and streams, waits until `patience` is over for
    /// answers that are due, closes the rest and ends the threads. A second call does nothing.
    void stop(Duration patience);

    std::uint16_t port() const;
    Counters counters() const;

private:
    class State;

    explicit Server(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace xos::http
