#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "http/channel.h"
#include "http/input_buffer.h"
#include "http/interrupter.h"
#include "http/response_parser.h"

#include <memory>
#include <optional>
#include <string>

namespace xos::http {

/// An answer that is being read from a client's connection.
class Answer {
public:
    Answer(std::unique_ptr<Channel> channel, ResponseParser::Expect expect)
        : channel_(std::move(channel)), parser_(expect) {}

    /// Reads status and headers. Unavailable when the connection ends or is silent for `timeout`,
    /// Malformed when it is no HTTP.
    Result<void> read_head(Duration timeout);
    /// The next piece of the body: empty at its end, nothing when none came within `timeout`.
    Result<std::optional<std::string>> read_some(Duration timeout);

    Response& response() { return parser_.response(); }
    /// Whether any byte of it came.
    bool has_begun() const { return begun_; }
    Channel& channel() { return *channel_; }
    /// The connection, if another request may follow on it.
    std::unique_ptr<Channel> release();

    /// Ends the waits of this answer, for the one who has it and nobody else.
    Interrupter interrupter;

private:
    enum class Fill : unsigned char { Some, Nothing };

    Result<Fill> fill(Duration timeout);
    bool parse();

    std::unique_ptr<Channel> channel_;
    ResponseParser parser_;
    InputBuffer input_;
    bool begun_ = false;
};

}  // namespace xos::http
