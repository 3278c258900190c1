#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "base/wall_clock.h"
#include "http/message.h"
#include "http/responder.h"
#include "kernel/transaction.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xos::api {

/// Who was recognized in a request, and by what.
struct Identity {
    access::Principal principal;
    ObjectId token;                   ///< The Token that said so; zero when a password did.
    std::optional<WallTime> expires;  ///< When the token does.
};

/// One request on its way to its answer: read by the handlers of its route, answered once.
///
/// Held by a pointer that goes with the request from thread to thread; one thread at a time.
class Call {
public:
    /// Told once, with the status of the answer.
    using Observer = std::function<void(const Call&, int status)>;

    Call(http::Request request, http::Responder responder, Observer observer)
        : request(std::move(request)),
          responder(std::move(responder)),
          observer_(std::move(observer)) {}

    void answer(http::Response response);
    /// Answers with 200 and `json`, or another status.
    void answer_json(std::string json, int status = 200);
    void refuse(const Error& error);
    /// Answers with an event stream.
    http::Stream open_events();

    /// What the route's placeholder at `index` stands for; empty when it has none there.
    std::string_view argument(std::size_t index) const {
        return index < arguments.size() ? std::string_view(arguments[index]) : std::string_view();
    }
    /// Whether query parameter `name` is there and says yes.
    bool is_asked(std::string_view name) const;

    http::Request request;
    http::Responder responder;
    Identity identity;
    std::shared_ptr<const void> place;   ///< Among the open requests of its principal.
    std::shared_ptr<const void> claim;   ///< On a name, given up just before the answer.
    kernel::Transaction::Side side;      ///< To be kept with its commit; empty: nothing.
    std::string id;                      ///< Of the request, for history, logs and the client.
    std::vector<std::string> arguments;  ///< In the order of the route's placeholders.
    std::string_view route;              ///< Its pattern, for metrics.
    TimePoint started{};

private:
    Observer observer_;
};

using CallPointer = std::shared_ptr<Call>;

}  // namespace xos::api
