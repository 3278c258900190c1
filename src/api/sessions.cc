#include "api/sessions.h"

#include "api/body_reader.h"
#include "api/executor.h"
#include "api/problem.h"
#include "api/reader.h"
#include "api/targets.h"
#include "base/text.h"
#include "kernel/kernel.h"
#include "model/codec.h"
#include "schema/suggestion.h"

#include <algorithm>

namespace xos::api {

using access::Principal;
using model::Row;

namespace {

constexpr std::size_t kShortestPassword = 8;
constexpr std::chrono::hours kLoginTokenLifetime{30 * 24};

/// The members of a JSON body, all of them strings.
Result<Json> read_texts(const Call& call, std::span<const std::string_view> known) {
    Json body = TRY(read_object(call.request.body));
    std::vector<ErrorDetail> mistakes;
    for (const auto& [name, value] : *body.as_object()) {
        if (std::find(known.begin(), known.end(), name) == known.end())
            mistakes.push_back({name, "is not asked for" + schema::did_you_mean(name, known)});
        else if (!value.as_string())
            mistakes.push_back({name, "wants a string"});
    }
    if (!mistakes.empty())
        return mistakes_error(ErrorCode::Invalid, std::move(mistakes));
    return body;
}

/// A browser says where a page came from; another's page must not log its visitors in.
bool is_from_elsewhere(const http::Request& request) {
    const std::string_view origin = request.headers.text("Origin");
    const std::size_t slashes = origin.find("//");
    return slashes != std::string_view::npos &&
           origin.substr(slashes + 2) != request.headers.text("Host");
}

std::string make_cookie(std::string_view name, std::string_view value, const Call& call) {
    std::string text = std::string(name) + "=" + std::string(value) + "; Path=/; SameSite=Lax";
    if (value.empty())
        text += "; Max-Age=0";
    if (name == Authentication::kSessionCookie)
        text += "; HttpOnly";
    if (call.request.secure)
        text += "; Secure";
    return text;
}

void add_cookies(http::Response& response, std::string_view secret, const Call& call) {
    const std::string csrf = secret.empty() ? "" : Authentication::csrf_token(secret);
    response.headers.add("Set-Cookie", make_cookie(Authentication::kSessionCookie, secret, call));
    response.headers.add("Set-Cookie", make_cookie(Authentication::kCsrfCookie, csrf, call));
}

Json describe_principal(const Reader& reader) {
    Json json;
    const Row* row = access::find_principal(reader.view(), reader.principal());
    const bool is_user = reader.principal().kind == Principal::Kind::User;
    json.set("kind", is_user ? "user" : "service");
    json.set("name", reader.principal().name);
    json.set("read_only", reader.principal().read_only);
    std::string object;
    if (row && reader.sees(*row))
        reader.write(object, *row);
    const auto parsed = Json::parse(object.empty() ? "null" : object);
    json.set(is_user ? "user" : "service", parsed ? *parsed : Json());
    return json;
}

}  // namespace

void Sessions::add_to(Router& router) {
    const auto add = [&](std::string_view method, std::string_view path, Handle handle,
                         Route::For whom = Route::For::Known) {
        router.add({method, path, std::move(handle), whom});
    };
    add(
        "POST", "/xosapi/v1/utility/login", [this](const CallPointer& call) { login(call); },
        Route::For::Anyone);
    add("POST", "/xosapi/v1/utility/logout", [this](const CallPointer& call) { logout(call); });
    add("GET", "/xosapi/v1/utility/me", [this](const CallPointer& call) { me(call); });
    add("GET", "/xosapi/v1/utility/user", [this](const CallPointer& call) { find_user(call); });
    add("POST", "/xosapi/v1/utility/password",
        [this](const CallPointer& call) { change_password(call); });
    add("GET", "/xosapi/v1/utility/tokens", [this](const CallPointer& call) { list_tokens(call); });
    add("POST", "/xosapi/v1/utility/tokens", [this](const CallPointer& call) { make_token(call); });
    add("DELETE", "/xosapi/v1/utility/tokens/{id}",
        [this](const CallPointer& call) { remove_token(call); });
}

void Sessions::login(const CallPointer& call) {
    static constexpr std::string_view kMembers[]{"email", "username", "password", "name"};
    if (is_from_elsewhere(call->request))
        return call->refuse(
            {ErrorCode::PermissionDenied, "another site's page may not log in here"});
    const auto body = read_texts(*call, kMembers);
    if (!body)
        return call->refuse(body.error());
    const std::string email(body->text("email", body->text("username")));
    if (email.empty() || body->text("password").empty())
        return call->refuse(mistakes_error(
            ErrorCode::Invalid, {{email.empty() ? "email" : "password", "is required to log in"}}));
    const std::string name(body->text("name"));
    authentication_.verify(
        {email, std::string(body->text("password")), call->request.peer},
        [this, call, name](Result<Identity> identity) {
            if (!identity)
                return Authentication::refuse(call, identity.error());
            call->identity = std::move(*identity);
            const WallTime now = parts_.wall_clock.now();
            NewToken token{{.owner = call->identity.principal}, make_secret(parts_.random)};
            token.request.kind = name.empty() ? "session" : "api";
            token.request.name = name.empty() ? "browser" : name;
            token.request.expires =
                now + (name.empty() ? parts_.options.session_lifetime : kLoginTokenLifetime);
            parts_.kernel.submit({.principal = {.name = call->identity.principal.name},
                                  .operations = {accounts_.make_token(token.request, token.secret)},
                                  .request = call->id},
                                 [this, call, token](Result<kernel::Committed> done) {
                                     if (done)
                                         answer_login(call, token);
                                     else
                                         call->refuse(done.error());
                                 });
        });
}

void Sessions::answer_login(const CallPointer& call, const NewToken& token) const {
    const Reader reader(parts_.kernel.access(), parts_.kernel.snapshot(), call->identity.principal);
    Json json = describe_principal(reader);
    json.set("expires", format_time(*token.request.expires));
    http::Response response;
    response.headers.add("Content-Type", "application/json");
    response.headers.add("Cache-Control", "no-store");
    if (token.request.kind == "session") {
        json.set("xossessionid", token.secret);
        json.set("xoscsrftoken", Authentication::csrf_token(token.secret));
        add_cookies(response, token.secret, *call);
    } else {
        json.set("token", token.secret);
    }
    response.body = json.format();
    call->answer(std::move(response));
}

void Sessions::logout(const CallPointer& call) const {
    const auto answer = [call] {
        http::Response response;
        response.status = 204;
        add_cookies(response, "", *call);
        call->answer(std::move(response));
    };
    const auto snapshot = parts_.kernel.snapshot();
    const Row* token = snapshot->view().find(call->identity.token);
    // A service's token is its supervisor's to end, not its own.
    if (!token || call->identity.principal.kind != Principal::Kind::User)
        return answer();
    parts_.kernel.submit({.principal = {.name = call->identity.principal.name},
                          .operations = {{.kind = kernel::Operation::Kind::Delete,
                                          .type = token->type(),
                                          .id = token->id()}},
                          .request = call->id},
                         [call, answer](Result<kernel::Committed> done) {
                             if (done || done.error().code() == ErrorCode::NotFound)
                                 answer();
                             else
                                 call->refuse(done.error());
                         });
}

void Sessions::me(const CallPointer& call) const {
    const Reader reader(parts_.kernel.access(), parts_.kernel.snapshot(), call->identity.principal);
    call->answer_json(describe_principal(reader).format());
}

void Sessions::find_user(const CallPointer& call) const {
    static constexpr std::string_view kKnown[]{"email"};
    std::vector<ErrorDetail> mistakes;
    check_parameters(*call, kKnown, mistakes);
    const std::string* email = call->request.find_parameter("email");
    if (!email || email->empty())
        mistakes.push_back({"email", "is required: whom do you look for?"});
    if (!mistakes.empty())
        return call->refuse(mistakes_error(ErrorCode::Invalid, std::move(mistakes)));
    const auto snapshot = parts_.kernel.snapshot();
    const Row* user = accounts_.find_user(snapshot->view(), *email);
    if (!user)
        return call->refuse(
            {ErrorCode::NotFound, "there is no active user " + schema::quoted(*email)});
    std::string text;
    JsonWriter writer(text);
    writer.begin_object();
    writer.member("id", user->id().value);
    for (const std::string_view name : {"email", "firstname", "lastname", "site_id"}) {
        const schema::Field* field = accounts_.user_type().find_field(name);
        if (!field)
            continue;
        writer.name(name);
        model::write_value(
            writer, *field, *user,
            static_cast<model::FieldIndex>(field - accounts_.user_type().fields.data()));
    }
    writer.end_object();
    call->answer_json(std::move(text));
}

void Sessions::change_password(const CallPointer& call) {
    static constexpr std::string_view kMembers[]{"old", "new"};
    const Principal& principal = call->identity.principal;
    if (principal.kind != Principal::Kind::User || principal.read_only)
        return call->refuse({ErrorCode::PermissionDenied, principal.read_only
                                                              ? "this token may only read"
                                                              : "a service has no password"});
    const auto body = read_texts(*call, kMembers);
    if (!body)
        return call->refuse(body.error());
    const std::string fresh(body->text("new"));
    if (fresh.size() < kShortestPassword)
        return call->refuse(
            mistakes_error(ErrorCode::Invalid, {{"new", "wants at least 8 characters"}}));
    authentication_.verify(
        {principal.name, std::string(body->text("old")), call->request.peer},
        [this, call, fresh](Result<Identity> identity) {
            if (identity && identity->principal.id == call->identity.principal.id)
                return store_password(call, fresh);
            if (!identity && identity.error().code() != ErrorCode::Unauthenticated)
                return call->refuse(identity.error());
            call->refuse(
                mistakes_error(ErrorCode::PermissionDenied, {{"old", "is not your password"}}));
        });
}

void Sessions::store_password(const CallPointer& call, const std::string& password) const {
    parts_.workers.post([this, call, password] {
        auto hash = hash_password(password);
        if (!hash)
            return call->refuse(hash.error());
        const Principal& principal = call->identity.principal;
        kernel::Transaction transaction{
            .principal = {.name = principal.name}, .operations = {}, .request = call->id};
        transaction.operations.push_back(accounts_.set_password(principal.id, std::move(*hash)));
        const auto snapshot = parts_.kernel.snapshot();
        auto others = accounts_.remove_tokens(snapshot->view(), principal, [&](const Row& token) {
            return accounts_.token_kind(token) == "session" && token.id() != call->identity.token;
        });
        transaction.operations.insert(transaction.operations.end(), others.begin(), others.end());
        parts_.kernel.submit(std::move(transaction), [call](Result<kernel::Committed> done) {
            if (!done)
                return call->refuse(done.error());
            http::Response response;
            response.status = 204;
            call->answer(std::move(response));
        });
    });
}

void Sessions::list_tokens(const CallPointer& call) const {
    const Reader reader(parts_.kernel.access(), parts_.kernel.snapshot(), call->identity.principal);
    std::string text;
    JsonWriter writer(text);
    writer.begin_object();
    writer.name("items");
    writer.begin_array();
    reader.view().for_each(accounts_.token_type().id, [&](const Row& token) {
        if (token.deleted() || !accounts_.is_of(token, reader.principal()))
            return true;
        std::string item;
        reader.write(item, token);
        writer.raw(item);
        return true;
    });
    writer.end_array();
    writer.member("revision", reader.snapshot()->revision().value);
    writer.end_object();
    call->answer_json(std::move(text));
}

std::optional<WallTime> Sessions::own_end(const Call& call) const {
    const auto snapshot = parts_.kernel.snapshot();
    const Row* token = snapshot->view().find(accounts_.token_type().id, call.identity.token);
    if (!token || accounts_.token_kind(*token) == "session")
        return std::nullopt;
    return accounts_.token_expires(*token);
}

Result<Accounts::TokenRequest> Sessions::read_token(const Call& call) const {
    const Json body = TRY(read_object(call.request.body));
    Accounts::TokenRequest request{.owner = call.identity.principal};
    std::vector<ErrorDetail> mistakes;
    for (const auto& [name, value] : *body.as_object()) {
        static constexpr std::string_view kMembers[]{"name", "expires", "read_only"};
        const auto time = value.as_string() ? parse_time(*value.as_string())
                                            : Result<WallTime>(Error{ErrorCode::Malformed, ""});
        if (name == "name" && value.as_string())
            request.name = *value.as_string();
        else if (name == "read_only" && value.as_bool())
            request.read_only = *value.as_bool();
        else if (name == "expires" && time)
            request.expires = *time;
        else if (name == "expires" && value.is_null())
            request.expires = std::nullopt;
        else if (std::find(std::begin(kMembers), std::end(kMembers), name) == std::end(kMembers))
            mistakes.push_back({name, "is not asked for" + schema::did_you_mean(name, kMembers)});
        else
            mistakes.push_back({name, name == "name"        ? "wants a string"
                                      : name == "read_only" ? "wants true or false"
                                                            : "wants a time, or null"});
    }
    if (request.name.empty())
        mistakes.push_back({"name", "is required: what is the token for?"});
    const auto end = own_end(call);
    if (request.expires && *request.expires <= parts_.wall_clock.now())
        mistakes.push_back({"expires", "is in the past"});
    else if (end && request.expires && *request.expires > *end)
        mistakes.push_back({"expires", "may not be after " + format_time(*end) +
                                           ", when the token that asks ends"});
    else if (end && !request.expires)
        request.expires = end;  // What comes of a token ends with it.
    if (!mistakes.empty())
        return mistakes_error(ErrorCode::Invalid, std::move(mistakes));
    return request;
}

void Sessions::make_token(const CallPointer& call) const {
    const Principal& principal = call->identity.principal;
    if (principal.kind != Principal::Kind::User || principal.read_only)
        return call->refuse(
            {ErrorCode::PermissionDenied, "only a user who may write makes tokens"});
    const auto request = read_token(*call);
    if (!request)
        return call->refuse(request.error());
    const std::string secret = make_secret(parts_.random);
    parts_.kernel.submit({.principal = {.name = principal.name},
                          .operations = {accounts_.make_token(*request, secret)},
                          .request = call->id},
                         [call, secret, name = request->name,
                          expires = request->expires](Result<kernel::Committed> done) {
                             if (!done)
                                 return call->refuse(done.error());
                             Json json;
                             json.set("id", done->outcome.ids[0].value);
                             json.set("name", name);
                             json.set("token", secret);
                             json.set("expires", expires ? Json(format_time(*expires)) : Json());
                             call->answer_json(json.format(), 201);
                         });
}

void Sessions::remove_token(const CallPointer& call) const {
    const auto id = parse_id(call->argument(0));
    const auto snapshot = parts_.kernel.snapshot();
    const Row* token = id ? snapshot->view().find(accounts_.token_type().id, *id) : nullptr;
    if (!token || !accounts_.is_of(*token, call->identity.principal))
        return call->refuse(
            {ErrorCode::NotFound, "you have no token " + std::string(call->argument(0))});
    parts_.kernel.submit({.principal = call->identity.principal,
                          .operations = {{.kind = kernel::Operation::Kind::Delete,
                                          .type = token->type(),
                                          .id = token->id()}},
                          .request = call->id},
                         [call](Result<kernel::Committed> done) {
                             if (!done)
                                 return call->refuse(done.error());
                             http::Response response;
                             response.status = 204;
                             call->answer(std::move(response));
                         });
}

}  // namespace xos::api
