#include "access/access.h"

#include "expression/evaluator.h"

#include <algorithm>

namespace xos::access {

using expression::Context;
using expression::Evaluator;
using model::FieldIndex;
using model::Row;

namespace {

bool flag(model::View view, const Row& user, std::string_view field) {
    const auto index = view.type_of(user).find_field_index(field);
    return index && user.boolean(*index);
}

/// The first policy of the object's type that does not hold, or nullptr.
const schema::Policy* refusing(model::View view, const Row& object, const Context& context) {
    const schema::Type& type = view.type_of(object);
    Evaluator evaluator(view);
    for (const schema::PolicyId id : type.policies) {
        const schema::Policy& policy = view.schema().policy(id);
        // One whose evaluation was cut short has said nothing, whatever it came to.
        if (!evaluator.holds(policy.expression, context) || evaluator.exhausted())
            return &policy;
    }
    return nullptr;
}

std::string describe(model::View view, const Row& object) {
    const schema::Type& type = view.type_of(object);
    return type.name + " " + std::to_string(object.id().value);
}

std::string verb(Action action) {
    switch (action) {
        case Action::Create: return "create";
        case Action::Update: return "update";
        case Action::Delete: return "delete";
    }
    return "change";
}

}  // namespace

const Row* find_principal(model::View view, const Principal& principal) {
    if (principal.kind == Principal::Kind::System)
        return nullptr;
    const Row* row = view.find(principal.id);
    if (!row || row->deleted())
        return nullptr;
    if (principal.kind == Principal::Kind::User && !flag(view, *row, "is_active"))
        return nullptr;
    return row;
}

const ServiceRights* Access::rights_of(const Principal& principal) const {
    const auto at = services_.find(principal.name);
    return at == services_.end() ? nullptr : &at->second;
}

bool Access::may_read_secret(model::View view, const Principal& principal, const Row& object,
                             FieldIndex field) const {
    const Row* service = find_principal(view, principal);
    if (principal.kind != Principal::Kind::Service || !service)
        return false;
    if (object.id() == service->id() ||
        object.link(schema::base_field::kBackendOwner) == service->id())
        return true;
    if (const auto bound = view.type_of(*service).find_field_index("controllers")) {
        const auto ids = service->links(*bound);
        if (std::find(ids.begin(), ids.end(), object.id()) != ids.end())
            return true;
    }
    const ServiceRights* rights = rights_of(principal);
    return rights &&
           std::any_of(rights->secrets.begin(), rights->secrets.end(), [&](const auto& secret) {
               return secret.second == field && view.schema().is_a(object.type(), secret.first);
           });
}

bool Access::sees_all(model::View view, const Principal& principal) const {
    if (principal.kind == Principal::Kind::System)
        return true;
    const Row* row = find_principal(view, principal);
    return row && principal.kind == Principal::Kind::User && flag(view, *row, "is_admin");
}

bool Access::may_read(model::View view, const Principal& principal, const Row& object) const {
    if (principal.kind == Principal::Kind::System)
        return true;
    const Row* row = find_principal(view, principal);
    if (!row)
        return false;
    if (principal.kind == Principal::Kind::Service) {
        const ServiceRights* rights = rights_of(principal);
        return object.id() == principal.id || (rights && rights->reads.count(object.type()) > 0);
    }
    return reads(view, *row, object);
}

bool Access::reads(model::View view, const Row& user, const Row& object) {
    if (view.type_of(object).policies.empty())
        return flag(view, user, "is_admin");
    const Context context{.object = &object, .old = &object, .user = &user, .read_access = true};
    return refusing(view, object, context) == nullptr;
}

bool Access::may_read_field(model::View view, const Principal& principal, const Row& object,
                            FieldIndex field) const {
    const schema::Type& type = view.type_of(object);
    if (principal.kind != Principal::Kind::User || field >= type.fields.size() ||
        !type.fields[field].read_policy)
        return true;
    const Row* row = find_principal(view, principal);
    const Context context{.object = &object,
                          .old = &object,
                          .user = row,
                          .read_access = true,
                          .field = type.fields[field].name};
    const auto& policy = view.schema().policy(*type.fields[field].read_policy);
    Evaluator evaluator(view);
    return row && evaluator.holds(policy.expression, context) && !evaluator.exhausted();
}

Result<void> Access::check(model::View view, const Principal& principal, const Row* user,
                           const Write& write) const {
    if (principal.kind == Principal::Kind::System)
        return {};
    const Row& any = write.object ? *write.object : *write.old;
    if (!user)
        return Error{ErrorCode::Unauthenticated, "\"" + principal.name + "\" is not active"};
    if (principal.read_only)
        return Error{ErrorCode::PermissionDenied, "this token may only read"};
    if (principal.kind == Principal::Kind::Service) {
        const ServiceRights* rights = rights_of(principal);
        if (rights && rights->writes.count(any.type()) > 0)
            return {};
        return Error{ErrorCode::PermissionDenied,
                     "service \"" + principal.name + "\" may not " + verb(write.action) + " a " +
                         view.type_of(any).name + ": its manifest does not say it writes them"};
    }
    return check_user(view, principal, *user, write);
}

Result<void> Access::check_user(model::View view, const Principal& principal, const Row& user,
                                const Write& write) const {
    const Row& state = write.object ? *write.object : *write.old;
    const schema::Type& type = view.type_of(state);
    if (&state == write.old && !reads(view, user, state))
        return Error{ErrorCode::NotFound, "there is no " + describe(view, state)};
    const auto denied = [&](std::string_view what, std::string_view why) {
        return Error{ErrorCode::PermissionDenied, "user \"" + principal.name + "\" may not " +
                                                      verb(write.action) + " " + std::string(what) +
                                                      ": " + std::string(why)};
    };
    const std::string what =
        write.action == Action::Create ? "a " + type.name : describe(view, state);
    if (type.policies.empty()) {
        if (flag(view, user, "is_admin"))
            return {};
        return denied(what, "only root may");
    }
    Context context{.object = &state,
                    .old = write.old,
                    .user = &user,
                    .write_access = true,
                    .create = write.action == Action::Create,
                    .remove = write.action == Action::Delete};
    if (const schema::Policy* policy = refusing(view, state, context))
        return denied(what, "policy \"" + policy->name + "\" does not allow it");
    Evaluator evaluator(view);
    for (const FieldIndex at : write.fields) {
        const schema::Field& field = type.fields[at];
        if (!field.write_policy)
            continue;
        context.field = field.name;
        const auto& policy = view.schema().policy(*field.write_policy);
        if (!evaluator.holds(policy.expression, context) || evaluator.exhausted())
            return denied("\"" + field.api_name + "\" of " + what,
                          "policy \"" + policy.name + "\" does not allow it");
    }
    return {};
}

}  // namespace xos::access
