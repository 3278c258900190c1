#include "api/object_routes.h"

namespace xos::api {

ObjectRoutes::ObjectRoutes(const Parts& parts, Services& services, TextCache& texts)
    : idempotency_(parts),
      writes_(parts),
      waits_(ReadyWaits::create(parts, services)),
      read_(parts, texts, *waits_),
      past_(parts),
      write_(parts, writes_, idempotency_),
      transactions_(parts, writes_, idempotency_),
      history_(parts),
      why_(parts, services),
      content_(Content::create(parts)) {}

void ObjectRoutes::add_to(Router& router) {
    constexpr std::string_view kList = "/xosapi/v1/{app}/{plural}";
    constexpr std::string_view kObject = "/xosapi/v1/{app}/{plural}/{id}";
    constexpr std::string_view kContent = "/xosapi/v1/{app}/{plural}/{id}/content";
    const auto add = [&](std::string_view method, std::string_view pattern, Handle handle) {
        router.add({method, pattern, std::move(handle)});
    };
    const auto add_with_past = [&](std::string_view pattern, Handle handle) {
        router.add({"GET", pattern, std::move(handle), Route::For::Known, Route::Past::Too});
    };
    add("POST", "/xosapi/v1/transactions",
        [this](const CallPointer& call) { transactions_.post(call); });
    add_with_past(kList, [this](const CallPointer& call) {
        call->request.find_parameter("at") ? past_.list(call) : read_.list(call);
    });
    add("POST", kList, [this](const CallPointer& call) { write_.create(call); });
    add_with_past(kObject, [this](const CallPointer& call) {
        call->request.find_parameter("at") ? past_.get(call) : read_.get(call);
    });
    add("PATCH", kObject, [this](const CallPointer& call) { write_.update(call); });
    add("PUT", kObject, [this](const CallPointer& call) { write_.replace(call); });
    add("DELETE", kObject, [this](const CallPointer& call) { write_.remove(call); });
    add_with_past("/xosapi/v1/{app}/{plural}/{id}/history",
                  [this](const CallPointer& call) { history_.get(call); });
    add("GET", "/xosapi/v1/{app}/{plural}/{id}/why",
        [this](const CallPointer& call) { why_.get(call); });
    add("POST", "/xosapi/v1/{app}/{plural}/{id}/actions/{name}",
        [this](const CallPointer& call) { write_.act(call); });
    add("GET", kContent, [this](const CallPointer& call) { content_->get(call); });
    add("PUT", kContent, [this](const CallPointer& call) { content_->put(call); });
}

}  // namespace xos::api
