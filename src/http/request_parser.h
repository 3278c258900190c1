#pragma once

#include "http/message.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace xos::http {

/// Reads requests, one after the other, from the bytes of a connection, as strictly as the standard
/// allows: where two readers could disagree about where a request ends, it is refused.
class RequestParser {
public:
    struct Limits {
        std::size_t headers = 0;
        std::size_t line = 0;
        std::size_t head = 0;
    };
    enum class State : std::uint8_t {
        Head,    ///< Wants more bytes of the head.
        Body,    ///< The head is complete, the body is not.
        Done,    ///< The request is complete.
        Failed,  ///< It is to be answered with `failure`, and the connection closed.
    };
    struct Failure {
        int status = 400;
        std::string text;
    };

    explicit RequestParser(Limits limits);
    ~RequestParser();

    /// Takes bytes from the front of `data` and says how many. Stops at the end of the head and at
    /// the end of the request. Precondition: neither Done nor Failed.
    std::size_t put(std::string_view data);
    State state() const;

    /// From the end of the head on: the request without body, to be moved out.
    Request& request();
    bool keep_alive() const;
    bool is_http_1_0() const;
    bool expects_continue() const;
    std::optional<std::uint64_t> content_length() const;

    /// Says how long the body may be. Precondition: before the first `put` in state Body.
    void set_body_limit(std::uint64_t limit);
    /// What came of the body since the last call.
    std::string take_body();
    bool has_body() const;
    /// Whether nothing of the next request has been taken.
    bool is_fresh() const;

    const Failure& failure() const;
    /// Makes it ready for the next request.
    void reset();

private:
    class Grammar;

    const Limits limits_;
    std::unique_ptr<Grammar> grammar_;
};

}  // namespace xos::http
