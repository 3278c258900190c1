#include "api/service_routes.h"

namespace xos::api {

ServiceRoutes::ServiceRoutes(const Parts& parts)
    : services_(Services::create(parts)), status_(parts, *services_), secrets_(parts) {}

void ServiceRoutes::add_to(Router& router) {
    const auto add = [&](std::string_view method, std::string_view pattern, Handle handle) {
        router.add({method, pattern, std::move(handle)});
    };
    add("POST", "/xosapi/v1/status", [this](const CallPointer& call) { status_.post(call); });
    add("POST", "/xosapi/v1/utility/secrets",
        [this](const CallPointer& call) { secrets_.post(call); });
    add("GET", "/xosapi/v1/services", [this](const CallPointer& call) { services_->list(call); });
    for (const char* pattern : {"/xosapi/v1/services/{name}", "/xosapi/v1/services/{name}/status"})
        add("GET", pattern, [this](const CallPointer& call) { services_->get(call); });
    add("GET", "/xosapi/v1/services/{name}/logs",
        [this](const CallPointer& call) { services_->logs(call); });
    add("GET", "/xosapi/v1/services/{name}/tasks",
        [this](const CallPointer& call) { services_->open_tasks(call); });
    add("POST", "/xosapi/v1/services/{name}/tasks/{id}",
        [this](const CallPointer& call) { services_->answer_task(call); });
}

}  // namespace xos::api
