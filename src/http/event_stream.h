#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "http/message.h"

#include <memory>
#include <optional>

namespace xos::http {

class Answer;

/// The receiving end of server-sent events. Made by `Client::open_events`; independent of the
/// client afterwards. One thread at a time, but for `close`.
class EventStream {
public:
    explicit EventStream(std::unique_ptr<Answer> answer);
    ~EventStream();

    /// The next event, or nothing when none came within `timeout`. `Event::id` is the last id the
    /// server gave, also when this event brought none; an event without a name is "message".
    /// Unavailable when the stream has ended or was closed, TooLarge when one event is over 64 MiB.
    Result<std::optional<Event>> next(Duration timeout);

    /// Makes `next` return soon with Unavailable, for good. Thread-safe.
    void close();

private:
    class Parser;

    std::unique_ptr<Answer> answer_;
    std::unique_ptr<Parser> parser_;
};

}  // namespace xos::http
