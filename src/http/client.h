#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "http/event_stream.h"
#include "http/message.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace xos::http {

/// A blocking HTTP/1.1 client of one server, with one connection that is kept open.
///
/// Connects when it must. A request whose kept connection turns out to be closed is sent once more
/// if that cannot do it twice: it is idempotent (GET, HEAD, PUT, DELETE, OPTIONS, or has an
/// Idempotency-Key), or nothing of it was sent. One thread at a time, but for `interrupt`.
class Client {
public:
    struct Options {
        Headers headers;  ///< Sent with each request, such as Authorization.
        Duration connect_timeout{10'000};
        Duration timeout{60'000};  ///< For the server to take or send any more bytes.
        std::string tls_ca;        ///< PEM file of trusted certificates; "": the system's.
        enum class Verify : std::uint8_t { Full, Nothing };
        Verify tls_verify = Verify::Full;
        std::uint64_t body_limit = 256U << 20U;  ///< Of answers kept in memory.
    };

    struct Call {
        std::string method = "GET";
        std::string target = "/";
        Headers headers;
        Body body;
        /// Called while the body is sent.
        std::function<void(std::uint64_t sent, std::uint64_t total)> on_progress;
        /// Gets the body of a 2xx answer piece by piece, of any size, instead of
        /// `Response::body`. An error ends the request.
        std::function<Result<void>(std::string_view piece)> receive;
    };

    /// A client of the server at `url`; its path is put in front of each target. Malformed when it
    /// is no URL, Invalid when the certificates cannot be read. Nothing is sent yet.
    static Result<std::unique_ptr<Client>> create(std::string_view url, Options options);

    /// The same, and connects. Unavailable when nobody answers there.
    static Result<std::unique_ptr<Client>> connect(std::string_view url, Options options);

    ~Client();

    /// The answer, whatever its status. Unavailable when the server cannot be reached, is too slow
    /// or closes early; Malformed when its answer is no HTTP.
    Result<Response> send(const Call& call);

    Result<Response> get(std::string_view target);
    Result<Response> request(std::string_view method, std::string_view target,
                             std::string_view content_type, std::string body);

    /// Opens an event stream on a connection of its own. An answer other than 200 is its
    /// `error_code_of`, with the answer's body as message.
    Result<std::unique_ptr<EventStream>> open_events(std::string_view target,
                                                     const Headers& headers = {});

    /// Makes the running and each later request fail soon with Unavailable. Thread-safe.
    void interrupt();

private:
    class State;

    explicit Client(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace xos::http
