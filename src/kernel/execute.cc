#include "kernel/execute.h"

#include "base/check.h"
#include "kernel/describe.h"

#include <algorithm>

namespace xos::kernel {

namespace base = schema::base_field;
using access::Action;
using model::FieldIndex;
using model::FieldValues;
using model::Row;
using model::Value;

namespace {

std::vector<FieldIndex> field_indexes(const Operation& operation) {
    std::vector<FieldIndex> fields;
    for (const auto& [field, value] : operation.fields)
        fields.push_back(field);
    return fields;
}

Error no_such(const schema::Schema& schema, const Operation& operation) {
    return Error{ErrorCode::NotFound, "there is no " + schema.type(operation.type).name + " " +
                                          std::to_string(operation.id.value)};
}

/// Whether the operation does nothing but lift or set write protection.
bool only_write_protect(const Operation& operation) {
    return operation.kind == Operation::Kind::Update && operation.fields.size() == 1 &&
           operation.fields[0].first == base::kWriteProtect;
}

Result<void> check_state(model::View view, const Operation& operation, const Row& row) {
    if (row.deleted()) {
        if (operation.kind == Operation::Kind::Delete)
            return {};
        return Error{ErrorCode::Conflict, describe(view, row) + " is being deleted"};
    }
    if (operation.if_match && row.goal_revision() > *operation.if_match)
        return Error{ErrorCode::Stale, describe(view, row) + " changed at revision " +
                                           std::to_string(row.goal_revision().value) +
                                           ", after revision " +
                                           std::to_string(operation.if_match->value)};
    if (row.boolean(base::kWriteProtect) && !only_write_protect(operation))
        return Error{ErrorCode::Conflict,
                     describe(view, row) + " is write protected: clear write_protect first"};
    return {};
}

Result<void> check_operation_before(model::View view, const Caller& caller,
                                    const Operation& operation) {
    const Row* row = view.find(operation.type, operation.id);
    if (!row || !caller.access.may_read(view, caller.principal, *row))
        return no_such(view.schema(), operation);
    const auto fields = field_indexes(operation);
    const bool is_update = operation.kind == Operation::Kind::Update;
    TRY(caller.access.check(view, caller.principal, caller.user,
                            {.action = is_update ? Action::Update : Action::Delete,
                             .old = row,
                             .object = nullptr,
                             .fields = fields}));
    return check_state(view, operation, *row);
}

/// The id that an operation or a link means; a reference to a later operation is none.
Result<ObjectId> resolve(ObjectId id, const std::vector<ObjectId>& made) {
    const auto maker = maker_of(id);
    if (!maker)
        return id;
    if (*maker >= made.size())
        return Error{ErrorCode::Invalid,
                     "operation " + std::to_string(made.size()) + " refers to a later one"};
    return made[*maker];
}

Result<FieldValues> resolve_fields(const FieldValues& fields, const std::vector<ObjectId>& made) {
    FieldValues resolved = fields;
    for (auto& [field, value] : resolved) {
        if (auto* link = std::get_if<ObjectId>(&value)) {
            *link = TRY(resolve(*link, made));
        } else if (auto* members = std::get_if<std::vector<ObjectId>>(&value)) {
            for (ObjectId& member : *members)
                member = TRY(resolve(member, made));
            std::sort(members->begin(), members->end());
            members->erase(std::unique(members->begin(), members->end()), members->end());
        }
    }
    return resolved;
}

/// What is wrong with a link that the caller gave, as far as the caller may know.
std::optional<std::string> check_link(const Change& change, const Caller& caller,
                                      const schema::Field& field, ObjectId target) {
    const Row* row = change.view().find(target);
    const std::string& wanted = change.schema().type(field.target).name;
    const bool is_new = row && !change.before(target);
    if (!row || !(is_new || caller.access.may_read(change.view(), caller.principal, *row)))
        return "there is no " + wanted + " " + std::to_string(target.value);
    // Its life is checked with the object, its type before any rule follows the link.
    if (!change.schema().is_a(row->type(), field.target))
        return describe(change.view(), *row) + " is no " + wanted;
    return std::nullopt;
}

}  // namespace

Result<void> check_before(model::View view, const Caller& caller, const Transaction& transaction) {
    const Principal& principal = caller.principal;
    if (principal.kind != Principal::Kind::System && !caller.user)
        return Error{ErrorCode::Unauthenticated, "\"" + principal.name + "\" is not active"};
    if (principal.read_only)
        return Error{ErrorCode::PermissionDenied, "this token may only read"};
    for (const Operation& operation : transaction.operations) {
        if (operation.kind == Operation::Kind::Create || maker_of(operation.id))
            continue;
        TRY(check_operation_before(view, caller, operation));
    }
    return {};
}

Result<std::vector<ObjectId>> run_operations(Change& change, const Transaction& transaction) {
    std::vector<ObjectId> ids;
    for (const Operation& operation : transaction.operations) {
        const FieldValues fields = TRY(resolve_fields(operation.fields, ids));
        if (operation.kind == Operation::Kind::Create) {
            ids.push_back(change.create(operation.type, fields).id());
            continue;
        }
        const ObjectId id = TRY(resolve(operation.id, ids));
        const Row* row = change.view().find(operation.type, id);
        if (!row)
            return no_such(change.schema(), operation);
        ids.push_back(id);
        if (operation.kind == Operation::Kind::Delete) {
            if (!row->deleted())
                TRY(change.remove(id, operation.cascade));
        } else if (row->deleted()) {
            return Error{ErrorCode::Conflict, describe(change.view(), *row) + " is being deleted"};
        } else {
            change.update(id, fields);
        }
    }
    return ids;
}

Result<void> check_given_links(const Change& change, const Caller& caller,
                               const Transaction& transaction, const std::vector<ObjectId>& ids) {
    std::vector<ErrorDetail> mistakes;
    for (const Operation& operation : transaction.operations) {
        const FieldValues fields = TRY(resolve_fields(operation.fields, ids));
        for (const auto& [at, value] : fields) {
            const schema::Field& field = change.schema().type(operation.type).fields[at];
            const auto check = [&](ObjectId target) {
                if (auto mistake = check_link(change, caller, field, target))
                    mistakes.push_back({operation.place + field.api_name, *mistake});
            };
            if (const auto* link = std::get_if<ObjectId>(&value))
                check(*link);
            else if (const auto* members = std::get_if<std::vector<ObjectId>>(&value))
                std::for_each(members->begin(), members->end(), check);
        }
    }
    if (mistakes.empty())
        return {};
    return Error{ErrorCode::Invalid, mistakes[0].field + ": " + mistakes[0].message,
                 std::move(mistakes)};
}

Result<void> check_after(const Change& change, const Caller& caller, const Transaction& transaction,
                         const std::vector<ObjectId>& ids) {
    for (std::size_t i = 0; i < transaction.operations.size(); ++i) {
        const Operation& operation = transaction.operations[i];
        const Row* row = change.view().find(ids[i]);
        if (!row || operation.kind == Operation::Kind::Delete)
            continue;
        const auto fields = field_indexes(operation);
        const bool is_create = operation.kind == Operation::Kind::Create;
        TRY(caller.access.check(change.view(), caller.principal, caller.user,
                                {.action = is_create ? Action::Create : Action::Update,
                                 .old = is_create ? nullptr : change.before(ids[i]),
                                 .object = row,
                                 .fields = fields}));
    }
    for (const ObjectId id : change.asked_deletions()) {
        if (const Row* row = change.before(id))
            TRY(caller.access.check(
                change.view(), caller.principal, caller.user,
                {.action = Action::Delete, .old = row, .object = nullptr, .fields = {}}));
    }
    return {};
}

}  // namespace xos::kernel
