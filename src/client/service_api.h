#pragma once

#include "base/json.h"
#include "base/object_id.h"
#include "base/result.h"
#include "client/api.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xos::client {

/// The outcome of one step for one object.
struct StatusItem {
    enum class State : std::uint8_t { Done, Working, Waiting, Failed, Clean };

    ObjectId id;
    Revision goal_revision;  ///< The goal that the step read.
    State state = State::Done;
    std::string code;  ///< Of an error: "unavailable".
    std::string text;  ///< For people.
    std::optional<ObjectId> waiting_for;
    std::string inputs;                 ///< Hash of what the step read; empty: unchanged.
    std::optional<std::string> handle;  ///< Nothing: unchanged.
    Json feedback;                      ///< An object of fields, or null.

    bool operator==(const StatusItem&) const = default;
};

std::string_view to_string(StatusItem::State state);

struct StatusBatch {
    std::optional<Revision> caught_up;
    std::vector<StatusItem> items;
};

struct StatusAnswer {
    struct Refusal {
        ObjectId id;
        std::string error;
        std::string detail;
    };
    Revision revision;
    std::vector<Refusal> refusals;
};

/// The text of a batch as it is sent.
Json encode(const StatusBatch& batch);

Result<StatusAnswer> post_status(Api& api, const StatusBatch& batch);

/// What somebody wants to know from a synchronizer.
struct Task {
    std::string id;
    std::string question;  ///< "why", "plan" or "logs".
    ObjectId object;       ///< Zero: about the service as a whole.
};

/// The questions to one service. One thread at a time, but for `close`.
class TaskStream {
public:
    static Result<std::unique_ptr<TaskStream>> open(Api& api, std::string_view service);

    /// The next question, or nothing when none came within `timeout`. Unavailable when the stream
    /// has ended.
    Result<std::optional<Task>> next(Duration timeout);
    /// Makes `next` return soon with Unavailable, for good. Thread-safe.
    void close() { stream_->close(); }

private:
    explicit TaskStream(std::unique_ptr<http::EventStream> stream) : stream_(std::move(stream)) {}

    const std::unique_ptr<http::EventStream> stream_;
};

Result<void> answer_task(Api& api, std::string_view service, const Task& task, const Json& answer);

/// The plaintext of a secret field, for the service that may have it.
Result<std::string> read_secret(Api& api, ObjectId id, std::string_view field);

}  // namespace xos::client
