#pragma once

#include "base/error.h"
#include "http/file_range.h"
#include "http/headers.h"
#include "http/url.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace xos::http {

/// A request as the server hands it on.
struct Request {
    std::string method;  ///< As sent, such as "GET".
    std::string target;  ///< As sent, such as "/a%20b?c=1".
    std::string path;    ///< Decoded, without the query.
    Query query;         ///< Decoded, in order.
    Headers headers;
    std::string body;  ///< Empty when the body is taken as a stream.
    std::string peer;  ///< The client's address, such as "127.0.0.1" or "::1".
    std::uint16_t peer_port = 0;
    bool secure = false;  ///< Came over TLS.

    /// The first query parameter of that name, or nullptr.
    const std::string* find_parameter(std::string_view name) const;
};

/// What a message carries: its own bytes, bytes shared with others such as a cached object, or a
/// part of a file.
using Body = std::variant<std::string, std::shared_ptr<const std::string>, FileRange>;

std::uint64_t size_of(const Body& body);
/// The bytes of `body`, valid as long as it; empty when it is a file.
std::string_view text_of(const Body& body);

/// An answer. Content-Length, Transfer-Encoding, Connection and Date are the server's to write and
/// must not be among the headers.
struct Response {
    int status = 200;
    Headers headers;
    Body body;

    /// The body's bytes; empty when it is a file.
    std::string_view text() const { return text_of(body); }
};

/// "Not Found" for 404; "" for a status without a usual phrase.
std::string_view reason_phrase(int status);

/// The code that an answer with `status` (400 or more) stands for, by the table of the API.
ErrorCode error_code_of(int status);

/// One server-sent event. Empty `id` and `event` are left out of the text.
struct Event {
    std::string id;
    std::string event;
    std::string data;

    bool operator==(const Event&) const = default;
};

/// The event as it goes over the wire, each line of its data as a line, with the empty line after
/// it. Precondition: no line break in `id` and `event`.
std::string format_event(const Event& event);

}  // namespace xos::http
