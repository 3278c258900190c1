#include "client/service_api.h"

#include "base/check.h"

namespace xos::client {

namespace {

Json encode(const StatusItem& item) {
    Json out;
    out.set("id", item.id.value);
    out.set("goal_revision", item.goal_revision.value);
    out.set("state", to_string(item.state));
    if (!item.code.empty())
        out.set("code", item.code);
    if (!item.text.empty())
        out.set("text", item.text);
    if (item.waiting_for)
        out.set("waiting_for", item.waiting_for->value);
    if (!item.inputs.empty())
        out.set("inputs", item.inputs);
    if (item.handle)
        out.set("handle", *item.handle);
    if (!item.feedback.is_null())
        out.set("feedback", item.feedback);
    return out;
}

std::string tasks_path(std::string_view service) {
    return "services/" + http::percent_encode(service) + "/tasks";
}

}  // namespace

std::string_view to_string(StatusItem::State state) {
    switch (state) {
        case StatusItem::State::Done: return "done";
        case StatusItem::State::Working: return "working";
        case StatusItem::State::Waiting: return "waiting";
        case StatusItem::State::Failed: return "failed";
        case StatusItem::State::Clean: return "clean";
    }
    XOS_CHECK(false, "state outside its enumeration");
}

Json encode(const StatusBatch& batch) {
    Json out;
    if (batch.caught_up)
        out.set("caught_up", batch.caught_up->value);
    Json items(Json::Array{});
    for (const StatusItem& item : batch.items)
        items.add(encode(item));
    out.set("items", std::move(items));
    return out;
}

Result<StatusAnswer> post_status(Api& api, const StatusBatch& batch) {
    const Json answer = TRY(api.call("POST", "status", encode(batch)));
    StatusAnswer out{.revision = Revision{static_cast<std::uint64_t>(answer.number("revision"))}};
    const Json* refusals = answer.find("refusals");
    if (!refusals || !refusals->as_array())
        return out;
    for (const Json& one : *refusals->as_array()) {
        out.refusals.push_back({.id = ObjectId{static_cast<std::uint64_t>(one.number("id"))},
                                .error = std::string(one.text("error")),
                                .detail = std::string(one.text("detail"))});
    }
    return out;
}

Result<std::unique_ptr<TaskStream>> TaskStream::open(Api& api, std::string_view service) {
    return std::unique_ptr<TaskStream>(new TaskStream(TRY(api.open_events(tasks_path(service)))));
}

Result<std::optional<Task>> TaskStream::next(Duration timeout) {
    const auto event = TRY(stream_->next(timeout));
    if (!event || event->event != "task")
        return std::optional<Task>();
    const Json data = TRY(Json::parse(event->data));
    const Json* id = data.find("id");
    const std::string* text = id ? id->as_string() : nullptr;
    return std::optional<Task>(
        Task{.id = text ? *text : std::to_string(data.number("id")),
             .question = std::string(data.text("question")),
             .object = ObjectId{static_cast<std::uint64_t>(data.number("object"))}});
}

Result<void> answer_task(Api& api, std::string_view service, const Task& task, const Json& answer) {
    TRY(api.call("POST", tasks_path(service) + "/" + http::percent_encode(task.id), answer));
    return {};
}

Result<std::string> read_secret(Api& api, ObjectId id, std::string_view field) {
    Json body;
    body.set("id", id.value);
    body.set("field", field);
    const Json answer = TRY(api.call("POST", "utility/secrets", body));
    const Json* value = answer.find("value");
    if (!value || !value->as_string())
        return Error{ErrorCode::Malformed, "the answer has no value"};
    return *value->as_string();
}

}  // namespace xos::client
