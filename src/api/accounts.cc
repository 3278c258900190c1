#include "api/accounts.h"

#include "base/crypto.h"
#include "model/hidden.h"

namespace xos::api {

using model::FieldIndex;
using model::Row;
using model::Value;

namespace {

Result<const schema::Type*> get_type(const schema::Schema& schema, std::string_view name) {
    if (const schema::Type* type = schema.find_type(name))
        return type;
    return Error{ErrorCode::Invalid, "the schema lacks the type " + std::string(name)};
}

Result<FieldIndex> get_field(const schema::Type& type, std::string_view name) {
    if (const auto field = type.find_field_index(name))
        return *field;
    return Error{ErrorCode::Invalid, type.full_name() + " lacks the field " + std::string(name)};
}

}  // namespace

Result<Accounts> Accounts::create(const schema::Schema& schema) {
    Accounts accounts;
    accounts.user_ = TRY(get_type(schema, "core.User"));
    accounts.service_ = TRY(get_type(schema, "core.Service"));
    accounts.token_ = TRY(get_type(schema, "core.Token"));
    accounts.email_ = TRY(get_field(*accounts.user_, "email"));
    accounts.password_ = TRY(get_field(*accounts.user_, "password"));
    accounts.active_ = TRY(get_field(*accounts.user_, "is_active"));
    accounts.service_name_ = TRY(get_field(*accounts.service_, "name"));
    accounts.token_user_ = TRY(get_field(*accounts.token_, "user"));
    accounts.token_service_ = TRY(get_field(*accounts.token_, "service"));
    accounts.token_name_ = TRY(get_field(*accounts.token_, "name"));
    accounts.kind_ = TRY(get_field(*accounts.token_, "kind"));
    accounts.digest_ = TRY(get_field(*accounts.token_, "digest"));
    accounts.expires_ = TRY(get_field(*accounts.token_, "expires"));
    accounts.read_only_ = TRY(get_field(*accounts.token_, "read_only"));
    return accounts;
}

const Row* Accounts::find_user(model::View view, std::string_view email) const {
    const auto found = view.find_equal(user_->id, email_, std::string(email));
    return found.empty() || !found[0]->boolean(active_) ? nullptr : found[0];
}

const Row* Accounts::find_service(model::View view, std::string_view name) const {
    const auto found = view.find_equal(service_->id, service_name_, std::string(name));
    return found.empty() ? nullptr : found[0];
}

std::string_view Accounts::password_hash(const Row& user) const {
    const auto hidden = model::parse_hidden(user.string(password_));
    return hidden ? hidden->content : std::string_view();
}

access::Principal Accounts::principal_of_user(const Row& user) const {
    return {.kind = access::Principal::Kind::User,
            .id = user.id(),
            .name = std::string(user.string(email_)),
            .read_only = false};
}

access::Principal Accounts::principal_of_service(const Row& service) const {
    return {.kind = access::Principal::Kind::Service,
            .id = service.id(),
            .name = std::string(service.string(service_name_)),
            .read_only = false};
}

std::optional<Identity> Accounts::find_token(model::View view, std::string_view secret,
                                             WallTime now) const {
    const auto found = view.find_equal(token_->id, digest_, digest_of(secret));
    if (found.empty())
        return std::nullopt;
    const Row& token = *found[0];
    if (!token.is_null(expires_) && token.integer(expires_) <= to_microseconds(now))
        return std::nullopt;
    const bool is_users = !token.is_null(token_user_);
    const Row* owner = view.follow(token, is_users ? token_user_ : token_service_);
    if (!owner || owner->deleted() || (is_users && !owner->boolean(active_)))
        return std::nullopt;
    Identity identity{is_users ? principal_of_user(*owner) : principal_of_service(*owner),
                      token.id(), token_expires(token)};
    identity.principal.read_only = token.boolean(read_only_);
    return identity;
}

bool Accounts::is_of(const Row& token, const access::Principal& principal) const {
    const bool is_user = principal.kind == access::Principal::Kind::User;
    return token.link(is_user ? token_user_ : token_service_) == principal.id;
}

std::string_view Accounts::token_name(const Row& token) const {
    return token.string(token_name_);
}

std::string_view Accounts::token_kind(const Row& token) const {
    return token.string(kind_);
}

std::optional<WallTime> Accounts::token_expires(const Row& token) const {
    if (token.is_null(expires_))
        return std::nullopt;
    return from_microseconds(token.integer(expires_));
}

kernel::Operation Accounts::make_token(const TokenRequest& request, std::string_view secret) const {
    kernel::Operation operation{.kind = kernel::Operation::Kind::Create, .type = token_->id};
    const bool is_users = request.owner.kind == access::Principal::Kind::User;
    operation.fields = {{is_users ? token_user_ : token_service_, request.owner.id},
                        {token_name_, request.name},
                        {kind_, std::string(request.kind)},
                        {digest_, digest_of(secret)},
                        {read_only_, request.read_only}};
    if (request.expires)
        operation.fields.emplace_back(expires_, to_microseconds(*request.expires));
    return operation;
}

std::vector<kernel::Operation> Accounts::remove_tokens(
    model::View view, const access::Principal& owner,
    const std::function<bool(const Row&)>& unwanted) const {
    std::vector<kernel::Operation> operations;
    const bool is_user = owner.kind == access::Principal::Kind::User;
    for (const Row* token :
         view.live_linking(token_->id, is_user ? token_user_ : token_service_, owner.id)) {
        if (unwanted(*token))
            operations.push_back({.kind = kernel::Operation::Kind::Delete,
                                  .type = token->type(),
                                  .id = token->id()});
    }
    return operations;
}

kernel::Operation Accounts::set_password(ObjectId user, std::string hash) const {
    return {.kind = kernel::Operation::Kind::Update,
            .type = user_->id,
            .id = user,
            .fields = {{password_, std::move(hash)}}};
}

std::string make_secret(Random& random) {
    return "xos_" + to_base64url(random.bytes(32));
}

std::string digest_of(std::string_view secret) {
    return sha256_hex(secret);
}

}  // namespace xos::api
