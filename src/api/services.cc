#include "api/services.h"

#include "api/executor.h"
#include "base/random.h"
#include "kernel/kernel.h"
#include "kernel/owners.h"
#include "supervisor/link.h"

#include <algorithm>

namespace xos::api {

using model::Row;

namespace {

Reader make_reader(const Parts& parts, const Call& call) {
    return Reader(parts.kernel.access(), parts.kernel.snapshot(), call.identity.principal);
}

std::string_view text_field(const schema::Type& type, const Row& row, std::string_view name) {
    const auto field = type.find_field_index(name);
    return field ? row.string(*field) : "";
}

/// Whether the caller is the service itself, or root.
bool is_own(const Reader& reader, const Row& service) {
    return reader.sees_all() || reader.principal().id == service.id();
}

Json lines_of(const std::vector<std::string>& lines) {
    Json list(Json::Array{});
    for (const std::string& line : lines)
        list.add(line);
    return list;
}

}  // namespace

std::shared_ptr<Services> Services::create(const Parts& parts) {
    return std::shared_ptr<Services>(new Services(parts));
}

void Services::set_caught_up(const std::string& service, Revision revision) {
    state_.with([&](State& state) { state.services[service].caught_up = revision; });
    if (listener_)
        listener_();
}

std::optional<Revision> Services::caught_up(const std::string& service) const {
    return state_.with([&](const State& state) {
        const auto at = state.services.find(service);
        return at == state.services.end() ? std::nullopt : at->second.caught_up;
    });
}

Json Services::describe(const Reader& reader, const Row& service) const {
    const schema::Type& type = reader.view().type_of(service);
    const std::string name(text_field(type, service, "name"));
    Json json;
    json.set("id", service.id().value);
    json.set("name", name);
    json.set("version", text_field(type, service, "versionNumber"));
    if (const auto enabled = type.find_field_index("enabled"))
        json.set("enabled", service.boolean(*enabled));
    state_.with([&](const State& state) {
        const auto at = state.services.find(name);
        const bool is_known = at != state.services.end();
        json.set("connected", is_known && !at->second.streams.empty());
        json.set("caught_up",
                 is_known && at->second.caught_up ? Json(at->second.caught_up->value) : Json());
    });
    const auto process = parts_.services ? parts_.services->find_state(name) : std::nullopt;
    json.set("state", process ? Json(supervisor::to_string(process->state)) : Json());
    if (!process)
        return json;
    json.set("pid", process->pid > 0 ? Json(process->pid) : Json());
    json.set("restarts", process->restarts);
    json.set("message", process->message);
    if (is_own(reader, service))
        json.set("log", lines_of(process->log));
    return json;
}

void Services::list(const CallPointer& call) const {
    const Reader reader = make_reader(parts_, *call);
    const schema::Type* type = reader.schema().find_type("core.Service");
    Json items(Json::Array{});
    reader.view().for_each(type->id, [&](const Row& service) {
        if (reader.sees(service))
            items.add(describe(reader, service));
        return true;
    });
    Json json;
    json.set("items", std::move(items));
    json.set("revision", reader.snapshot()->revision().value);
    call->answer_json(json.format());
}

Result<const Row*> Services::get_service(const Reader& reader, const Call& call) const {
    const Row* service = kernel::find_service(reader.view(), call.argument(0));
    if (service && reader.sees(*service))
        return service;
    return Error{ErrorCode::NotFound,
                 "there is no Service \"" + std::string(call.argument(0)) + "\""};
}

void Services::get(const CallPointer& call) const {
    const Reader reader = make_reader(parts_, *call);
    const auto service = get_service(reader, *call);
    if (service)
        call->answer_json(describe(reader, **service).format());
    else
        call->refuse(service.error());
}

void Services::logs(const CallPointer& call) {
    const Reader reader = make_reader(parts_, *call);
    const auto service = get_service(reader, *call);
    if (!service)
        return call->refuse(service.error());
    if (!is_own(reader, **service))
        return call->refuse({ErrorCode::PermissionDenied, "only root reads a service's log"});
    const std::string name(call->argument(0));
    const auto process = parts_.services ? parts_.services->find_state(name) : std::nullopt;
    const Json lines = lines_of(process ? process->log : std::vector<std::string>{});
    ask(name, {.kind = "logs", .object = {}}, [call, lines](Result<Json> answer) {
        Json json;
        json.set("lines", lines);
        json.set("synchronizer", answer ? *answer : Json(answer.error().message()));
        call->answer_json(json.format());
    });
}

void Services::open_tasks(const CallPointer& call) {
    const Reader reader = make_reader(parts_, *call);
    const auto service = get_service(reader, *call);
    if (!service)
        return call->refuse(service.error());
    if (reader.principal().id != (*service)->id())
        return call->refuse(
            {ErrorCode::PermissionDenied, "only the service itself takes its tasks"});
    const std::string name(call->argument(0));
    const auto stream = std::make_shared<http::Stream>(call->open_events());
    state_.with([&](State& state) { state.services[name].streams.push_back(stream); });
    stream->on_close([weak = weak_from_this(), weak_stream = std::weak_ptr(stream), name] {
        const auto self = weak.lock();
        const auto closed = weak_stream.lock();
        if (self && closed)
            self->state_.with([&](State& state) {
                auto& service = state.services[name];
                std::erase(service.streams, closed);
                // What the next process of it knows, it has to say itself.
                if (service.streams.empty())
                    service.caught_up.reset();
            });
    });
}

std::optional<Services::Task> Services::take_task(const std::string& id,
                                                  const std::string& service) {
    return state_.with([&](State& state) -> std::optional<Task> {
        const auto at = state.tasks.find(id);
        if (at == state.tasks.end() || at->second.service != service)
            return std::nullopt;
        Task task = std::move(at->second);
        state.tasks.erase(at);
        return task;
    });
}

void Services::answer_task(const CallPointer& call) {
    if (call->identity.principal.kind != access::Principal::Kind::Service ||
        call->identity.principal.name != call->argument(0))
        return call->refuse(
            {ErrorCode::PermissionDenied, "only the service itself answers its tasks"});
    auto answer = Json::parse(call->request.body);
    if (!answer)
        return call->refuse(answer.error());
    auto task = take_task(std::string(call->argument(1)), std::string(call->argument(0)));
    if (!task)
        return call->refuse({ErrorCode::NotFound, "this question is no longer open"});
    task->then(std::move(*answer));
    http::Response response;
    response.status = 204;
    call->answer(std::move(response));
}

/// Sends to the first stream that takes it.
bool Services::send(const std::string& service, const std::shared_ptr<const std::string>& event) {
    const auto streams = state_.with([&](State& state) {
        const auto at = state.services.find(service);
        return at == state.services.end() ? std::vector<std::shared_ptr<http::Stream>>{}
                                          : at->second.streams;
    });
    return std::any_of(streams.begin(), streams.end(),
                       [&](const auto& stream) { return stream->send(event); });
}

void Services::ask(const std::string& service, const Question& question, Then then) {
    const std::string id = parts_.random.hex(8);
    Json data;
    data.set("id", id);
    data.set("question", question.kind);
    data.set("object", question.object.value);
    state_.with([&](State& state) { state.tasks.emplace(id, Task{service, std::move(then)}); });
    const auto event = std::make_shared<const std::string>(
        http::format_event({.id = "", .event = "task", .data = data.format()}));
    if (!send(service, event)) {
        if (auto task = take_task(id, service))
            task->then(Error{ErrorCode::Unavailable,
                             "no synchronizer of \"" + service + "\" is connected"});
        return;
    }
    parts_.workers.post_after(parts_.options.task_timeout, [weak = weak_from_this(), id, service] {
        const auto self = weak.lock();
        auto task = self ? self->take_task(id, service) : std::nullopt;
        if (task)
            task->then(Error{ErrorCode::Unavailable,
                             "the synchronizer of \"" + service + "\" did not answer in time"});
    });
}

std::string Services::absence(const std::string& service) const {
    const auto process = parts_.services ? parts_.services->find_state(service) : std::nullopt;
    if (process && process->state != supervisor::ServiceState::State::Running)
        return "its synchronizer is " + std::string(supervisor::to_string(process->state)) +
               (process->message.empty() ? "" : ": " + process->message);
    const bool is_connected = state_.with([&](const State& state) {
        const auto at = state.services.find(service);
        return at != state.services.end() && !at->second.streams.empty();
    });
    return is_connected ? "" : "no synchronizer of it is connected";
}

}  // namespace xos::api
