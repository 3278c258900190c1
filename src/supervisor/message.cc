#include "supervisor/message.h"

#include "base/json.h"

namespace xos::supervisor {

namespace {

constexpr std::string_view kStates[] = {"running", "waiting", "stopped", "refused"};

Json to_json(const StartService& start) {
    Json json;
    json.set("do", "start");
    json.set("name", start.name);
    json.set("service_dir", start.service_dir);
    json.set("data_dir", start.data_dir);
    json.set("url", start.url);
    json.set("tls_ca", start.tls_ca);
    json.set("token", start.token);
    json.set("privileged", start.privileged);
    return json;
}

Json to_json(const StopService& stop) {
    Json json;
    json.set("do", "stop");
    json.set("name", stop.name);
    return json;
}

Json to_json(const ServiceState& state) {
    Json json;
    json.set("do", "state");
    json.set("name", state.name);
    json.set("state", to_string(state.state));
    json.set("pid", state.pid);
    json.set("restarts", state.restarts);
    json.set("message", state.message);
    Json log = Json(Json::Array{});
    for (const std::string& line : state.log)
        log.add(line);
    json.set("log", std::move(log));
    return json;
}

StartService start_from(const Json& json) {
    const Json* privileged = json.find("privileged");
    return {.name = std::string(json.text("name")),
            .service_dir = std::string(json.text("service_dir")),
            .data_dir = std::string(json.text("data_dir")),
            .url = std::string(json.text("url")),
            .tls_ca = std::string(json.text("tls_ca")),
            .token = std::string(json.text("token")),
            .privileged = privileged && privileged->as_bool() && *privileged->as_bool()};
}

ServiceState state_from(const Json& json) {
    ServiceState state{.name = std::string(json.text("name")),
                       .state = ServiceState::State::Stopped,
                       .pid = json.number("pid"),
                       .restarts = json.number("restarts"),
                       .message = std::string(json.text("message")),
                       .log = {}};
    for (std::size_t i = 0; i < std::size(kStates); ++i) {
        if (json.text("state") == kStates[i])
            state.state = static_cast<ServiceState::State>(i);
    }
    const Json* log = json.find("log");
    if (!log || !log->as_array())
        return state;
    for (const Json& line : *log->as_array()) {
        if (line.as_string())
            state.log.push_back(*line.as_string());
    }
    return state;
}

}  // namespace

std::string_view to_string(ServiceState::State state) {
    return kStates[static_cast<std::size_t>(state)];
}

std::string encode(const Message& message) {
    return std::visit([](const auto& one) { return to_json(one).format() + "\n"; }, message);
}

Result<Message> decode(std::string_view line) {
    const Json json = TRY(Json::parse(line));
    const std::string_view kind = json.text("do");
    if (kind == "start")
        return Message(start_from(json));
    if (kind == "stop")
        return Message(StopService{std::string(json.text("name"))});
    if (kind == "state")
        return Message(state_from(json));
    return Error{ErrorCode::Malformed, "no message of the supervisor: " + std::string(line)};
}

}  // namespace xos::supervisor
