#pragma once

#include "base/json.h"
#include "http/testing/fake_exchange.h"

#include <memory>
#include <string>
#include <string_view>

namespace xos::api {

/// An answer as a test looks at it.
struct Answer {
    int status = 0;
    http::Headers headers;
    std::string text;
    Json json;  ///< Null when the text is no JSON.

    /// A member of the answer, or null: `answer["fields"]`.
    const Json& operator[](std::string_view name) const;
    std::int64_t id() const { return json.number("id"); }
};

/// One open event stream of a test.
class Events {
public:
    explicit Events(std::shared_ptr<http::FakeExchange> exchange)
        : exchange_(std::move(exchange)) {}

    /// The next event, waiting for it; empty when none comes.
    http::Event next();
    /// Whether nothing more was sent. Only after something that came later has arrived.
    bool is_empty();
    bool has_ended() const { return exchange_->stream_has_ended(); }
    http::FakeExchange& exchange() { return *exchange_; }

private:
    std::shared_ptr<http::FakeExchange> exchange_;
    std::string text_;
};

/// An id as it stands in paths.
std::string text_of(std::int64_t id);

}  // namespace xos::api
