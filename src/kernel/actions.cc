#include "kernel/actions.h"

#include "base/check.h"
#include "kernel/describe.h"

#include <algorithm>

namespace xos::kernel {

namespace base = schema::base_field;
using model::FieldIndex;
using model::Row;
using model::Value;

namespace {

constexpr std::string_view kRetry = "retry";
constexpr std::string_view kAbandon = "abandon";

/// The field in which an action of the type is noted; nothing for those that all types have.
std::optional<FieldIndex> requested_field(const schema::Type& type, std::string_view action) {
    if (action == kRetry || action == kAbandon)
        return std::nullopt;
    return type.find_field_index(std::string(action) + "_requested");
}

Result<void> abandon(Change& change, const std::vector<Observation>& observations, const Row& row) {
    const Row* owner = change.view().follow(row, base::kBackendOwner);
    XOS_CHECK(owner, "abandon: nobody makes the object real");
    const auto name = change.view().type_of(*owner).find_field_index("name");
    const std::string service = name ? std::string(owner->string(*name)) : std::string();
    if (!row.deleted() && selects(change.view(), observations, service, row))
        return Error{ErrorCode::Conflict, describe(change.view(), row) + " is wanted, and \"" +
                                              service + "\" makes it real: delete it first"};
    change.release(row.id());
    return {};
}

}  // namespace

std::vector<std::string_view> actions_of(const schema::Type& type) {
    std::vector<std::string_view> names{kRetry, kAbandon};
    names.insert(names.end(), type.actions.begin(), type.actions.end());
    return names;
}

Result<void> check_action(model::View view, const Caller& caller, const Operation& operation,
                          const Row& row) {
    const schema::Type& type = view.type_of(row);
    const auto known = actions_of(type);
    if (std::find(known.begin(), known.end(), operation.action) == known.end())
        return Error{ErrorCode::Invalid,
                     "a " + type.name + " knows no action \"" + operation.action + "\""};
    const auto field = requested_field(type, operation.action);
    std::vector<FieldIndex> fields;
    if (field)
        fields.push_back(*field);
    TRY(caller.access.check(
        view, caller.principal, caller.user,
        {.action = access::Action::Update, .old = &row, .object = nullptr, .fields = fields}));
    const std::string what = describe(view, row);
    if (operation.action == kAbandon && !caller.access.sees_all(view, caller.principal))
        return Error{ErrorCode::PermissionDenied, what + ": only root may abandon it"};
    if (!field && row.is_null(base::kBackendOwner))
        return Error{ErrorCode::Conflict, what +
                                              ": no service makes it real, so there is nothing "
                                              "to " +
                                              operation.action};
    if (field && row.deleted())
        return Error{ErrorCode::Conflict, what + " is being deleted"};
    if (field && row.boolean(base::kWriteProtect))
        return Error{ErrorCode::Conflict, what + " is write protected: clear write_protect first"};
    return {};
}

Result<void> run_action(Change& change, const std::vector<Observation>& observations,
                        std::string_view action, ObjectId id) {
    const Row* row = change.view().find(id);
    XOS_CHECK(row, "run_action: no such object");
    if (const auto field = requested_field(change.view().type_of(*row), action)) {
        const auto revision = static_cast<std::int64_t>(change.revision().value);
        change.update(id, {{*field, revision}});
        return {};
    }
    if (row->is_null(base::kBackendOwner))
        return {};  // An earlier operation has let go of it.
    if (action == kAbandon)
        return abandon(change, observations, *row);
    change.move_goal(id);
    return {};
}

}  // namespace xos::kernel
