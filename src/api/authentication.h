#pragma once

#include "api/accounts.h"
#include "api/login_throttle.h"
#include "api/parts.h"
#include "base/crypto.h"
#include "base/guarded.h"

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace xos::api {

/// Tells who sends a request: by bearer token, session cookie or HTTP Basic.
///
/// Passwords are verified on the workers, a bounded number at a time; one that was right is
/// remembered as a keyed hash for a minute, and as long as the user's hash stays the same.
/// Thread-safe.
class Authentication {
public:
    using Then = std::function<void(Result<Identity>)>;

    struct Login {
        std::string email;
        std::string password;
        std::string address;  ///< Where it comes from.
    };

    Authentication(const Parts& parts, const Accounts& accounts);

    /// Calls `then` with who it is, on this thread or on a worker. Unauthenticated when nobody is
    /// known by what the request shows, Throttled when one failed too often, PermissionDenied when
    /// a browser's write lacks the CSRF header.
    void identify(const http::Request& request, Then then);
    /// The same for a user and password.
    void verify(Login login, Then then);
    /// Answers a call of one who is not recognized, and says how he could be.
    static void refuse(const CallPointer& call, const Error& error);

    /// What a browser must send as X-CSRFToken with writes in the session of `secret`.
    static std::string csrf_token(std::string_view secret);
    static constexpr std::string_view kSessionCookie = "xossessionid";
    static constexpr std::string_view kCsrfCookie = "xoscsrftoken";

private:
    struct Remembered {
        ObjectId user;
        std::string hash;  // The user's, as it was when the password was right.
        TimePoint until;
    };
    using Memory = std::unordered_map<std::string, Remembered>;

    Result<Identity> identify_secret(std::string_view secret) const;
    Result<Identity> identify_session(const http::Request& request, std::string_view secret) const;
    void identify_basic(const http::Request& request, std::string_view credentials, Then then);
    std::string memory_key(const Login& login) const;
    std::optional<Identity> recall(const std::string& key, const Login& login) const;
    void remember(std::string key, const model::Row& user);
    Result<Identity> check_password(const Login& login);
    std::string unused_hash();

    const Parts& parts_;
    const Accounts& accounts_;
    const SecretKey key_;
    std::atomic<int> verifying_{0};
    LoginThrottle throttle_;
    Guarded<Memory> memory_;
    Guarded<std::string> unused_hash_;
};

/// The cookie called `name` that a request carries, or "".
std::string_view cookie(const http::Request& request, std::string_view name);
bool is_safe(std::string_view method);

}  // namespace xos::api
