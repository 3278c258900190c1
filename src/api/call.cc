#include "api/call.h"

#include "api/problem.h"

namespace xos::api {

void Call::answer(http::Response response) {
    response.headers.add("X-Request-Id", id);
    const int status = response.status;
    claim.reset();
    responder.respond(std::move(response));
    if (observer_)
        observer_(*this, status);
}

void Call::answer_json(std::string json, int status) {
    http::Response response;
    response.status = status;
    response.headers.add("Content-Type", "application/json");
    response.headers.add("Cache-Control", "no-store");
    response.body = std::move(json);
    answer(std::move(response));
}

void Call::refuse(const Error& error) {
    answer(problem(error, request.path));
}

http::Stream Call::open_events() {
    http::Response head;
    head.headers.add("Content-Type", "text/event-stream");
    head.headers.add("Cache-Control", "no-store");
    head.headers.add("X-Accel-Buffering", "no");  // Proxies pass each event on at once.
    head.headers.add("X-Request-Id", id);
    http::Stream stream = responder.open_stream(std::move(head));
    if (observer_)
        observer_(*this, 200);
    return stream;
}

bool Call::is_asked(std::string_view name) const {
    const std::string* value = request.find_parameter(name);
    return value && (*value == "1" || *value == "true" || value->empty());
}

}  // namespace xos::api
