#include "api/authentication.h"

#include "api/executor.h"
#include "api/problem.h"
#include "base/log.h"
#include "base/text.h"
#include "kernel/kernel.h"

#include <utility>

namespace xos::api {

using model::Row;

namespace {

constexpr int kMostVerifying = 64;
constexpr std::size_t kMostRemembered = 10'000;

Error nobody(std::string why) {
    return Error{ErrorCode::Unauthenticated, std::move(why)};
}

/// What follows `scheme` in an Authorization header, or nothing when it is of another scheme.
std::optional<std::string_view> credentials_of(std::string_view header, std::string_view scheme) {
    if (header.size() <= scheme.size() || header[scheme.size()] != ' ' ||
        !equals_ignore_case(header.substr(0, scheme.size()), scheme))
        return std::nullopt;
    return trim(header.substr(scheme.size() + 1));
}

}  // namespace

std::string_view cookie(const http::Request& request, std::string_view name) {
    for (std::string_view pair : split(request.headers.text("Cookie"), ';')) {
        pair = trim(pair);
        if (pair.size() > name.size() && pair[name.size()] == '=' && pair.starts_with(name))
            return pair.substr(name.size() + 1);
    }
    return "";
}

bool is_safe(std::string_view method) {
    return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

Authentication::Authentication(const Parts& parts, const Accounts& accounts)
    : parts_(parts),
      accounts_(accounts),
      key_(SecretKey::make(parts.random)),
      throttle_(parts.clock) {}

std::string Authentication::csrf_token(std::string_view secret) {
    return sha256_hex("csrf:" + std::string(secret));
}

void Authentication::identify(const http::Request& request, Then then) {
    const std::string_view header = request.headers.text("Authorization");
    if (const auto token = credentials_of(header, "Bearer"))
        return then(identify_secret(*token));
    if (const auto basic = credentials_of(header, "Basic"))
        return identify_basic(request, *basic, std::move(then));
    if (!header.empty())
        return then(nobody("wants Authorization by Bearer or Basic"));
    if (const std::string_view session = cookie(request, kSessionCookie); !session.empty())
        return then(identify_session(request, session));
    then(nobody("wants a login: a bearer token, a session, or HTTP Basic"));
}

Result<Identity> Authentication::identify_secret(std::string_view secret) const {
    const auto snapshot = parts_.kernel.snapshot();
    const auto found = accounts_.find_token(snapshot->view(), secret, parts_.wall_clock.now());
    if (!found)
        return nobody("this token is unknown, revoked or expired");
    return *found;
}

Result<Identity> Authentication::identify_session(const http::Request& request,
                                                  std::string_view secret) const {
    const auto found = identify_secret(secret);
    if (!found)
        return nobody("the session has ended: log in again");
    if (!is_safe(request.method) &&
        !equals_constant_time(request.headers.text("X-CSRFToken"), csrf_token(secret)))
        return Error{ErrorCode::PermissionDenied,
                     "a write in a browser's session wants the header X-CSRFToken with what the "
                     "login answered"};
    return *found;
}

void Authentication::identify_basic(const http::Request& request, std::string_view credentials,
                                    Then then) {
    const auto plain = from_base64(credentials);
    const std::size_t colon = plain ? plain->find(':') : std::string::npos;
    if (colon == std::string::npos)
        return then(nobody("wants base64 of \"email:password\" behind Basic"));
    verify({plain->substr(0, colon), plain->substr(colon + 1), request.peer}, std::move(then));
}

void Authentication::refuse(const CallPointer& call, const Error& error) {
    http::Response response = problem(error, call->request.path);
    if (error.code() == ErrorCode::Unauthenticated) {
        response.headers.add("WWW-Authenticate", "Bearer realm=\"xos\"");
        // A script in a browser shows its own login; the browser's box would be in its way.
        const std::string_view mode = call->request.headers.text("Sec-Fetch-Mode", "navigate");
        if (mode == "navigate")
            response.headers.add("WWW-Authenticate", "Basic realm=\"xos\", charset=\"UTF-8\"");
    }
    call->answer(std::move(response));
}

std::string Authentication::memory_key(const Login& login) const {
    return keyed_hash(key_, login.email + std::string(1, '\0') + login.password);
}

std::optional<Identity> Authentication::recall(const std::string& key, const Login& login) const {
    const TimePoint now = parts_.clock.now();
    const auto found = memory_.with([&](const Memory& memory) -> std::optional<Remembered> {
        const auto at = memory.find(key);
        if (at == memory.end() || at->second.until <= now)
            return std::nullopt;
        return at->second;
    });
    if (!found)
        return std::nullopt;
    const auto snapshot = parts_.kernel.snapshot();
    const Row* user = accounts_.find_user(snapshot->view(), login.email);
    if (!user || user->id() != found->user || accounts_.password_hash(*user) != found->hash)
        return std::nullopt;
    return Identity{accounts_.principal_of_user(*user), {}, {}};
}

void Authentication::remember(std::string key, const Row& user) {
    const TimePoint now = parts_.clock.now();
    Remembered entry{user.id(), std::string(accounts_.password_hash(user)),
                     now + parts_.options.credential_memory};
    memory_.with([&](Memory& memory) {
        if (memory.size() >= kMostRemembered)
            std::erase_if(memory, [&](const auto& one) { return one.second.until <= now; });
        if (memory.size() < kMostRemembered)
            memory.insert_or_assign(std::move(key), std::move(entry));
    });
}

void Authentication::verify(Login login, Then then) {
    if (auto identity = recall(memory_key(login), login))
        return then(std::move(*identity));
    if (const auto delay = throttle_.delay(login.email, login.address))
        return then(Error{ErrorCode::Throttled,
                          "too many failed logins: try again in " + format_duration(*delay)});
    if (verifying_.fetch_add(1) >= kMostVerifying) {
        verifying_.fetch_sub(1);
        return then(Error{ErrorCode::Unavailable, "too many logins at once"});
    }
    parts_.workers.post([this, login = std::move(login), then = std::move(then)] {
        auto result = check_password(login);
        verifying_.fetch_sub(1);
        then(std::move(result));
    });
}

/// A hash that nobody has, so that an unknown user takes as long as a wrong password.
std::string Authentication::unused_hash() {
    std::string known = unused_hash_.with([](const std::string& hash) { return hash; });
    if (!known.empty())
        return known;
    const auto made = hash_password(to_hex(parts_.random.bytes(16)));
    return unused_hash_.with(
        [&](std::string& hash) { return hash = made ? *made : std::string("none"); });
}

Result<Identity> Authentication::check_password(const Login& login) {
    const auto snapshot = parts_.kernel.snapshot();
    const Row* user = accounts_.find_user(snapshot->view(), login.email);
    const bool has_password = user && !accounts_.password_hash(*user).empty();
    const std::string hash =
        has_password ? std::string(accounts_.password_hash(*user)) : unused_hash();
    if (!verify_password(hash, login.password) || !has_password) {
        throttle_.add_failure(login.email, login.address);
        parts_.log.warning("login failed", {{"user", login.email}, {"address", login.address}});
        return nobody("no active user has this email and password");
    }
    throttle_.add_success(login.email, login.address);
    remember(memory_key(login), *user);
    return Identity{accounts_.principal_of_user(*user), {}, {}};
}

}  // namespace xos::api
