#include "api/api.h"

#include "api/authentication.h"
#include "api/problem.h"
#include "api/request_metrics.h"
#include "api/resources_read.h"
#include "api/resources_write.h"
#include "api/router.h"
#include "api/watch_hub.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/random.h"
#include "kernel/kernel.h"

namespace xos::api {

namespace {

bool is_request_id(std::string_view text) {
    if (text.empty() || text.size() > 64)
        return false;
    for (const char c : text) {
        const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                              (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
        if (!is_plain)
            return false;
    }
    return true;
}

}  // namespace

struct Api::Rooms {
    Rooms(const Parts& parts, Accounts known)
        : accounts(std::move(known)),
          authentication(parts, accounts),
          metrics(parts.metrics, parts.clock),
          writes(parts),
          resources_read(parts),
          resources_write(parts, writes),
          watch(WatchHub::create(parts)) {}

    Accounts accounts;
    Authentication authentication;
    RequestMetrics metrics;
    Writes writes;
    ResourcesRead resources_read;
    ResourcesWrite resources_write;
    std::shared_ptr<WatchHub> watch;
    Router router;
};

Api::Api(Parts parts) : parts_(std::move(parts)) {}

Api::~Api() = default;

Result<std::unique_ptr<Api>> Api::create(Parts parts) {
    std::unique_ptr<Api> api(new Api(std::move(parts)));
    TRY(api->open());
    return api;
}

Result<void> Api::open() {
    rooms_ = std::make_unique<Rooms>(parts_, TRY(Accounts::create(parts_.kernel.schema())));
    parts_.kernel.add_listener(
        [watch = rooms_->watch](const auto& announcement) { watch->announce(announcement); });
    add_routes();
    return {};
}

void Api::add_routes() {
    Rooms& rooms = *rooms_;
    const auto add = [&](std::string_view method, std::string_view pattern, Handle handle,
                         Route::For whom = Route::For::Known) {
        rooms.metrics.add_route(pattern);
        rooms.router.add({method, pattern, std::move(handle), whom});
    };
    add("GET", "/xosapi/v1/watch", [&](const CallPointer& call) { rooms.watch->open(call); });
    add("GET", "/xosapi/v1/{app}/{plural}",
        [&](const CallPointer& call) { rooms.resources_read.list(call); });
    add("POST", "/xosapi/v1/{app}/{plural}",
        [&](const CallPointer& call) { rooms.resources_write.create(call); });
    add("GET", "/xosapi/v1/{app}/{plural}/{id}",
        [&](const CallPointer& call) { rooms.resources_read.get(call); });
    add("PATCH", "/xosapi/v1/{app}/{plural}/{id}",
        [&](const CallPointer& call) { rooms.resources_write.update(call); });
    add("PUT", "/xosapi/v1/{app}/{plural}/{id}",
        [&](const CallPointer& call) { rooms.resources_write.replace(call); });
    add("DELETE", "/xosapi/v1/{app}/{plural}/{id}",
        [&](const CallPointer& call) { rooms.resources_write.remove(call); });
}

http::Server::Handler Api::handler() {
    return [this](http::Request&& request, http::Responder responder) {
        handle(std::move(request), std::move(responder));
    };
}

void Api::handle(http::Request&& request, http::Responder responder) {
    auto found = rooms_->router.find(request.method, request.path);
    const auto observe = [this](const Call& call, int status) {
        rooms_->metrics.count(call, status);
        if (status >= 500)
            parts_.log.warning("request failed",
                               {{"route", call.route}, {"status", status}, {"request", call.id}});
    };
    const auto call = std::make_shared<Call>(std::move(request), std::move(responder), observe);
    call->started = parts_.clock.now();
    const std::string_view given = call->request.headers.text("X-Request-Id");
    call->id = is_request_id(given) ? std::string(given) : parts_.random.hex(8);
    if (std::holds_alternative<Router::NoSuchPath>(found))
        return call->refuse(
            {ErrorCode::NotFound, "there is nothing at \"" + call->request.path + "\""});
    if (const auto* method = std::get_if<Router::NoSuchMethod>(&found)) {
        http::Response response;
        response.status = 405;
        response.headers.add("Allow", method->allowed);
        response.headers.add("Content-Type", kProblemType);
        response.body = problem_text(405, "wants one of " + method->allowed, call->request.path);
        return call->answer(std::move(response));
    }
    auto& match = std::get<Router::Match>(found);
    call->arguments = std::move(match.arguments);
    call->route = match.route->pattern;
    if (match.route->whom == Route::For::Anyone)
        return match.route->handle(call);
    rooms_->authentication.identify(
        call->request, [this, call, route = match.route](Result<Identity> identity) {
            if (!identity)
                return rooms_->authentication.refuse(call, identity.error());
            call->identity = std::move(*identity);
            route->handle(call);
        });
}

void Api::configure(http::Server::Options& options) {
    options.body_limit = parts_.options.body_limit;
    options.protocol_problem = [](int status, std::string_view text) {
        return http::Server::Problem{std::string(kProblemType), problem_text(status, text, "")};
    };
}

Result<std::string> Api::make_service_token(std::string_view name) {
    const auto snapshot = parts_.kernel.snapshot();
    const model::Row* service = rooms_->accounts.find_service(snapshot->view(), name);
    if (!service)
        return Error{ErrorCode::NotFound, "there is no Service \"" + std::string(name) + "\""};
    const std::string secret = make_secret(parts_.random);
    kernel::Transaction transaction;
    transaction.operations.push_back(
        rooms_->accounts.make_token({.owner = rooms_->accounts.principal_of_service(*service),
                                     .kind = "service",
                                     .name = std::string(name)},
                                    secret));
    TRY(parts_.kernel.commit(std::move(transaction)));
    return secret;
}

}  // namespace xos::api
