#pragma once

#include "api/call.h"
#include "api/parts.h"
#include "api/reader.h"
#include "base/guarded.h"
#include "base/json.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace xos::api {

/// What runs for each Service: its process, how far it has come, and questions to it.
///
/// A synchronizer opens the stream of its tasks; questions go out on it with an id, and come back
/// answered by that id. All of it is in memory only. Thread-safe.
class Services : public std::enable_shared_from_this<Services> {
public:
    struct Question {
        std::string kind;  ///< "why", "plan" or "logs".
        ObjectId object;   ///< Zero: about the service as a whole.
    };
    using Then = std::function<void(Result<Json>)>;

    static std::shared_ptr<Services> create(const Parts& parts);

    void list(const CallPointer& call) const;
    void get(const CallPointer& call) const;
    void logs(const CallPointer& call);
    void open_tasks(const CallPointer& call);
    void answer_task(const CallPointer& call);

    /// Puts a question to a synchronizer of `service`. `then` is called once, on any thread:
    /// Unavailable when none is connected, or none answers in time.
    void ask(const std::string& service, const Question& question, Then then);

    void set_caught_up(const std::string& service, Revision revision);
    std::optional<Revision> caught_up(const std::string& service) const;
    /// Has `listener` called when a service has come further. Before the first request.
    void on_caught_up(std::function<void()> listener) { listener_ = std::move(listener); }
    /// Why nobody works for `service`; empty when somebody does.
    std::string absence(const std::string& service) const;

private:
    struct Service {
        std::optional<Revision> caught_up;
        std::vector<std::shared_ptr<http::Stream>> streams;
    };
    struct Task {
        std::string service;
        Then then;
    };
    struct State {
        std::map<std::string, Service> services;
        std::map<std::string, Task> tasks;
    };

    explicit Services(const Parts& parts) : parts_(parts) {}
    Json describe(const Reader& reader, const model::Row& service) const;
    Result<const model::Row*> get_service(const Reader& reader, const Call& call) const;
    std::optional<Task> take_task(const std::string& id, const std::string& service);
    bool send(const std::string& service, const std::shared_ptr<const std::string>& event);

    const Parts& parts_;
    std::function<void()> listener_;
    Guarded<State> state_;
};

}  // namespace xos::api
