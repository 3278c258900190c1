#include "kernel/execute.h"

#include "base/check.h"
#include "kernel/actions.h"
#include "kernel/any_link.h"
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

/// "/operations/3" of "/operations/3/fields/".
std::string whole_of(std::string place) {
    constexpr std::string_view kFields = "fields/";
    if (place.ends_with(kFields))
        place.resize(place.size() - kFields.size());
    if (place.ends_with('/'))
        place.pop_back();
    return place;
}

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

Result<void> check_match(model::View view, const Operation& operation, const Row& row) {
    if (operation.if_match && row.goal_revision() > *operation.if_match)
        return Error{ErrorCode::Stale, describe(view, row) + " changed at revision " +
                                           std::to_string(row.goal_revision().value) +
                                           ", after revision " +
                                           std::to_string(operation.if_match->value)};
    return {};
}

Result<void> check_state(model::View view, const Operation& operation, const Row& row) {
    if (row.deleted()) {
        if (operation.kind == Operation::Kind::Delete)
            return {};
        return Error{ErrorCode::Conflict, describe(view, row) + " is being deleted"};
    }
    TRY(check_match(view, operation, row));
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
    if (operation.kind == Operation::Kind::Action) {
        TRY(check_action(view, caller, operation, *row));
        return check_match(view, operation, *row);
    }
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
    if (made[*maker].value == 0)
        return Error{ErrorCode::Invalid,
                     "operation " + std::to_string(*maker) + ", to which it refers, was refused"};
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
    const std::string wanted = type_wanted(change.schema(), field);
    const bool is_new = row && !change.before(target);
    if (!row || !(is_new || caller.access.may_read(change.view(), caller.principal, *row)))
        return "there is no " + wanted + " " + std::to_string(target.value);
    // Its life is checked with the object, its type before any rule follows the link.
    if (!change.schema().is_a(row->type(), field.target))
        return describe(change.view(), *row) + " is no " + wanted;
    return std::nullopt;
}

/// Does one operation; the id of its object.
Result<ObjectId> run_operation(Change& change, const Operation& given,
                               const std::vector<ObjectId>& made,
                               const std::vector<Observation>& observations) {
    const Operation operation = TRY(with_ids(given, made));
    if (operation.kind == Operation::Kind::Create)
        return change.create(operation.type, operation.fields).id();
    const ObjectId id = operation.id;
    const Row* row = change.view().find(operation.type, id);
    if (!row)
        return no_such(change.schema(), operation);
    if (operation.kind == Operation::Kind::Action) {
        TRY(run_action(change, observations, operation.action, id));
    } else if (operation.kind == Operation::Kind::Delete) {
        if (!row->deleted())
            TRY(change.remove(id, operation.cascade));
    } else if (row->deleted()) {
        return Error{ErrorCode::Conflict, describe(change.view(), *row) + " is being deleted"};
    } else {
        change.update(id, operation.fields);
    }
    return id;
}

/// The link that a field sets: itself, or content_object for the fields that name it.
FieldIndex link_behind(const schema::Type& type, FieldIndex field) {
    const bool names =
        type.any_link && (field == type.any_link->type_name || field == type.any_link->id);
    return names ? type.any_link->link : field;
}

/// The object that an object's content_type and object_id name, where `field` is one of the two.
std::optional<ObjectId> named_object(model::View view, ObjectId id, FieldIndex field) {
    const Row* row = view.find(id);
    if (!row || link_behind(view.type_of(*row), field) == field)
        return std::nullopt;
    const FieldIndex link = link_behind(view.type_of(*row), field);
    return row->is_null(link) ? std::nullopt : std::optional(row->link(link));
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
        if (auto allowed = check_operation_before(view, caller, operation); !allowed)
            return placed(std::move(allowed).error(), operation);
    }
    return {};
}

Result<Operation> with_ids(const Operation& operation, const std::vector<ObjectId>& made) {
    Operation resolved = operation;
    resolved.fields = TRY(resolve_fields(operation.fields, made));
    resolved.id = TRY(resolve(operation.id, made));
    return resolved;
}

Result<std::vector<ObjectId>> run_operations(Change& change, const Transaction& transaction,
                                             const std::vector<Observation>& observations) {
    std::vector<ObjectId> ids;
    for (const Operation& operation : transaction.operations) {
        auto id = run_operation(change, operation, ids, observations);
        if (!id)
            return placed(std::move(id).error(), operation);
        ids.push_back(*id);
    }
    return ids;
}

Error placed(Error error, const Operation& operation) {
    if (operation.place.empty())
        return error;
    const std::string whole = whole_of(operation.place);
    std::vector<ErrorDetail> details = error.details();
    if (details.empty())
        details.push_back({whole, error.message()});
    for (ErrorDetail& detail : details) {
        if (!detail.field.starts_with(whole))
            detail.field = operation.place + detail.field;
    }
    return Error{error.code(), error.message(), std::move(details)};
}

Error placed(Error error, const Transaction& transaction, const std::vector<ObjectId>& ids,
             ObjectId object) {
    const Operation* found = nullptr;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (ids[i] == object)
            found = &transaction.operations[i];
    }
    // What follows from a single operation is that one's fault.
    if (!found && transaction.operations.size() == 1)
        return placed(Error{error.code(), error.message()}, transaction.operations[0]);
    return found ? placed(std::move(error), *found) : error;
}

Result<void> check_given_links(const Change& change, const Caller& caller,
                               const Transaction& transaction, const std::vector<ObjectId>& ids) {
    std::vector<ErrorDetail> mistakes;
    for (std::size_t i = 0; i < transaction.operations.size(); ++i) {
        const Operation& operation = transaction.operations[i];
        const schema::Type& type = change.schema().type(operation.type);
        for (const auto& [at, value] : TRY(resolve_fields(operation.fields, ids))) {
            const auto check = [&, field = at](ObjectId target) {
                const schema::Field& link = type.fields[link_behind(type, field)];
                if (auto mistake = check_link(change, caller, link, target))
                    mistakes.push_back({operation.place + type.fields[field].api_name, *mistake});
            };
            if (const auto* link = std::get_if<ObjectId>(&value))
                check(*link);
            else if (const auto* members = std::get_if<std::vector<ObjectId>>(&value))
                std::for_each(members->begin(), members->end(), check);
            else if (const auto named = named_object(change.view(), ids[i], at))
                check(*named);
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
        auto allowed = caller.access.check(change.view(), caller.principal, caller.user,
                                           {.action = is_create ? Action::Create : Action::Update,
                                            .old = is_create ? nullptr : change.before(ids[i]),
                                            .object = row,
                                            .fields = fields});
        if (!allowed)
            return placed(std::move(allowed).error(), operation);
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
