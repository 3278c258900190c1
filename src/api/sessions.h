#pragma once

#include "api/authentication.h"
#include "api/call.h"
#include "api/parts.h"
#include "api/router.h"
#include "base/json.h"

#include <optional>
#include <string>

namespace xos::api {

/// Logging in and out, and what else is the caller's own: name, password, tokens.
class Sessions {
public:
    Sessions(const Parts& parts, Authentication& authentication, const Accounts& accounts)
        : parts_(parts), authentication_(authentication), accounts_(accounts) {}

    /// Precondition: this outlives the router.
    void add_to(Router& router);

private:
    /// Makes a session with cookies for a browser; with "name" an API token of that name.
    void login(const CallPointer& call);
    void logout(const CallPointer& call) const;
    void me(const CallPointer& call) const;
    /// One active user's public fields, for whoever knows the address.
    void find_user(const CallPointer& call) const;
    /// Changes the caller's password and ends all other sessions.
    void change_password(const CallPointer& call);

    void list_tokens(const CallPointer& call) const;
    void make_token(const CallPointer& call) const;
    void remove_token(const CallPointer& call) const;

    struct NewToken {
        Accounts::TokenRequest request;
        std::string secret;
    };
    void answer_login(const CallPointer& call, const NewToken& token) const;
    void store_password(const CallPointer& call, const std::string& password) const;
    Result<Accounts::TokenRequest> read_token(const Call& call) const;
    /// When the token that the caller signed in with ends, if it is no session.
    std::optional<WallTime> own_end(const Call& call) const;

    const Parts& parts_;
    Authentication& authentication_;
    const Accounts& accounts_;
};

}  // namespace xos::api
