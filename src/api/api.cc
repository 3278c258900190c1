#include "api/api.h"

#include "api/object_routes.h"
#include "api/operator_routes.h"
#include "api/presence.h"
#include "api/problem.h"
#include "api/recipes.h"
#include "api/request_metrics.h"
#include "api/service_routes.h"
#include "api/sessions.h"
#include "api/watch_hub.h"
#include "base/log.h"
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

/// What OPTIONS asks: which methods the path knows.
void answer_options(const CallPointer& call, const Router::Found& found) {
    const auto* methods = std::get_if<Router::NoSuchMethod>(&found);
    if (!methods)
        return call->refuse(
            {ErrorCode::NotFound, "there is nothing at \"" + call->request.path + "\""});
    http::Response response;
    response.status = 204;
    response.headers.add("Allow", methods->allowed + ", OPTIONS");
    call->answer(std::move(response));
}

}  // namespace

struct Api::Rooms {
    Rooms(const Parts& parts, Accounts known)
        : accounts(std::move(known)),
          authentication(parts, accounts),
          metrics(parts.metrics, parts.clock),
          presence(parts.options.most_open),
          texts(parts.options.text_memory),
          watch(WatchHub::create(parts, texts)),
          services(parts),
          objects(parts, services.services(), texts),
          sessions(parts, authentication, accounts),
          recipes(parts, objects.writes()),
          operators(parts, *watch) {}

    Accounts accounts;
    Authentication authentication;
    RequestMetrics metrics;
    Presence presence;
    TextCache texts;
    std::shared_ptr<WatchHub> watch;
    ServiceRoutes services;
    ObjectRoutes objects;
    Sessions sessions;
    Recipes recipes;
    OperatorRoutes operators;
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
    parts_.kernel.add_listener([this](const auto& announcement) {
        rooms_->watch->announce(announcement);
        rooms_->objects.announce(*announcement);
    });
    add_routes();
    return {};
}

void Api::add_routes() {
    Rooms& rooms = *rooms_;
    // The first that fits counts: fixed paths come before those of types.
    rooms.router.add({"GET", "/xosapi/v1/watch",
                      [&rooms](const CallPointer& call) { rooms.watch->open(call); }});
    rooms.operators.add_to(rooms.router);
    rooms.sessions.add_to(rooms.router);
    rooms.services.add_to(rooms.router);
    rooms.recipes.add_to(rooms.router);
    rooms.objects.add_to(rooms.router);
    rooms.router.for_each_pattern(
        [&](std::string_view pattern) { rooms.metrics.add_route(pattern); });
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
    if (call->request.method == "OPTIONS")
        return answer_options(call, found);
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
    if (match.route->past == Route::Past::No && call->request.find_parameter("at"))
        return call->refuse({ErrorCode::Malformed,
                             "at goes with GET of an object, of a list, and of history",
                             {{"at", "is no parameter of this request"}}});
    if (match.route->whom == Route::For::Anyone)
        return match.route->handle(call);
    rooms_->authentication.identify(
        call->request, [this, call, route = match.route](Result<Identity> identity) {
            if (!identity)
                return rooms_->authentication.refuse(call, identity.error());
            call->identity = std::move(*identity);
            call->place = rooms_->presence.enter(call->identity.principal.id);
            if (!call->place)
                return call->refuse(
                    {ErrorCode::Throttled, "too many requests of yours are open at once"});
            route->handle(call);
        });
}

void Api::configure(http::Server::Options& options) {
    const Options& limits = parts_.options;
    options.body_limit = limits.body_limit;
    options.plan_body = [limits](const http::Request& head) {
        if (Content::is_upload(head))
            return http::BodyPlan{http::BodyPlan::Kind::Streamed, limits.content_limit};
        const bool is_long =
            head.path == "/xosapi/v1/transactions" || head.path.starts_with("/xosapi/v1/recipes/");
        return http::BodyPlan{http::BodyPlan::Kind::Whole,
                              is_long ? limits.transaction_limit : limits.body_limit};
    };
    options.protocol_problem = [](int status, std::string_view text) {
        return http::Server::Problem{std::string(kProblemType), problem_text(status, text, "")};
    };
}

Result<std::string> Api::make_service_token(std::string_view name) {
    const auto snapshot = parts_.kernel.snapshot();
    const model::Row* service = rooms_->accounts.find_service(snapshot->view(), name);
    if (!service)
        return Error{ErrorCode::NotFound, "there is no Service \"" + std::string(name) + "\""};
    const Accounts& accounts = rooms_->accounts;
    const access::Principal owner = accounts.principal_of_service(*service);
    const std::string secret = make_secret(parts_.random);
    kernel::Transaction transaction;
    transaction.operations =
        accounts.remove_tokens(snapshot->view(), owner, [&](const model::Row& token) {
            return accounts.token_kind(token) == "service" && accounts.token_name(token) == name;
        });
    transaction.operations.push_back(accounts.make_token(
        {.owner = owner, .kind = "service", .name = std::string(name)}, secret));
    TRY(parts_.kernel.commit(std::move(transaction)));
    return secret;
}

}  // namespace xos::api
