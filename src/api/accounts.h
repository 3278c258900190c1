#pragma once

#include "api/call.h"
#include "base/random.h"
#include "base/result.h"
#include "base/wall_clock.h"
#include "kernel/transaction.h"
#include "model/view.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xos::api {

/// The core types that signing in needs, by their names: User, Service and Token. Immutable.
class Accounts {
public:
    /// What makes a token: for a user or for a service.
    struct TokenRequest {
        access::Principal owner;
        std::string_view kind = "api";  ///< "session", "api" or "service".
        std::string name;
        std::optional<WallTime> expires;
        bool read_only = false;
    };

    /// Invalid when `schema` lacks one of the types or fields.
    static Result<Accounts> create(const schema::Schema& schema);

    const schema::Type& user_type() const { return *user_; }
    const schema::Type& token_type() const { return *token_; }
    const schema::Type& service_type() const { return *service_; }

    /// The live, active user with this address, or nullptr.
    const model::Row* find_user(model::View view, std::string_view email) const;
    const model::Row* find_service(model::View view, std::string_view name) const;
    std::string_view password_hash(const model::Row& user) const;
    access::Principal principal_of_user(const model::Row& user) const;
    access::Principal principal_of_service(const model::Row& service) const;

    /// Who `secret` stands for at `now`; nothing when it stands for nobody.
    std::optional<Identity> find_token(model::View view, std::string_view secret,
                                       WallTime now) const;
    bool is_of(const model::Row& token, const access::Principal& principal) const;
    std::string_view token_name(const model::Row& token) const;
    std::string_view token_kind(const model::Row& token) const;
    std::optional<WallTime> token_expires(const model::Row& token) const;

    /// The operation that keeps a token under `secret`.
    kernel::Operation make_token(const TokenRequest& request, std::string_view secret) const;
    /// The operations that end those tokens of `owner` that are unwanted.
    std::vector<kernel::Operation> remove_tokens(
        model::View view, const access::Principal& owner,
        const std::function<bool(const model::Row&)>& unwanted) const;
    /// The operation that gives a user the password of this hash.
    kernel::Operation set_password(ObjectId user, std::string hash) const;

private:
    using Field = model::FieldIndex;
    Accounts() = default;

    const schema::Type* user_ = nullptr;
    const schema::Type* service_ = nullptr;
    const schema::Type* token_ = nullptr;
    Field email_ = 0, password_ = 0, active_ = 0, service_name_ = 0;
    Field token_user_ = 0, token_service_ = 0, token_name_ = 0, kind_ = 0, digest_ = 0;
    Field expires_ = 0, read_only_ = 0;
};

/// A secret that nobody guesses, in letters that go well in headers and URLs.
std::string make_secret(Random& random);
/// What is kept of a token's secret.
std::string digest_of(std::string_view secret);

}  // namespace xos::api
