#include "kernel/status.h"

#include "kernel/describe.h"

namespace xos::kernel {

namespace base = schema::base_field;
using model::FieldValues;
using model::Row;
using model::Value;
using State = StatusItem::State;

namespace {

Result<void> check_status(const Change& change, const StatusItem& item, const Row& row) {
    if (change.principal().kind != Principal::Kind::Service ||
        row.link(base::kBackendOwner) != change.principal().id)
        return Error{ErrorCode::PermissionDenied, describe(change.view(), row) +
                                                      " is not made real by \"" +
                                                      change.principal().name + "\""};
    if (item.goal_revision > row.goal_revision())
        return Error{ErrorCode::Stale,
                     describe(change.view(), row) + ": its goal is older than the one reported"};
    const schema::Type& type = change.view().type_of(row);
    for (const auto& [field, value] : item.feedback) {
        if (field >= type.fields.size() ||
            type.fields[field].field_class != schema::FieldClass::Feedback)
            return Error{ErrorCode::Invalid,
                         "\"" + type.fields[field].name + "\" of " + type.name + " is no feedback"};
    }
    return {};
}

std::int64_t code_of(State state) {
    switch (state) {
        case State::Done:
        case State::Clean: return 1;
        case State::Failed: return 2;
        case State::Working:
        case State::Waiting: return 0;
    }
    return 0;
}

FieldValues outcome(const Change& change, const StatusItem& item, const Row& row) {
    FieldValues values = item.feedback;
    const std::int64_t code = code_of(item.state);
    // What was done for an older goal says nothing about whether the present one is real.
    const bool is_present = item.goal_revision == row.goal_revision();
    const std::int64_t shown = code == 1 && !is_present ? 0 : code;
    if (row.integer(base::kBackendCode) != shown)
        values.emplace_back(base::kBackendSince, change.now());
    values.emplace_back(base::kBackendCode, shown);
    values.emplace_back(base::kBackendStatus, item.text);
    values.emplace_back(
        base::kBackendWaitingFor,
        item.waiting_for ? Value(static_cast<std::int64_t>(item.waiting_for->value)) : Value{});
    if (item.inputs)
        values.emplace_back(base::kBackendInputs, *item.inputs);
    if (item.handle)
        values.emplace_back(base::kBackendHandle, *item.handle);
    const auto goal = static_cast<std::int64_t>(item.goal_revision.value);
    if (code == 1 &&
        (row.is_null(base::kSyncedRevision) || row.integer(base::kSyncedRevision) < goal)) {
        values.emplace_back(base::kSyncedRevision, goal);
        values.emplace_back(base::kEnacted, change.now());
    }
    return values;
}

}  // namespace

Result<void> apply_status(Change& change, const StatusItem& item,
                          const std::vector<Observation>& observations) {
    const Row* row = change.view().find(item.id);
    if (!row)
        return Error{ErrorCode::NotFound, "there is no object " + std::to_string(item.id.value)};
    TRY(check_status(change, item, *row));
    if (item.state != State::Clean) {
        change.update(item.id, outcome(change, item, *row));
        return {};
    }
    const bool is_selected = selects(change.view(), observations, change.principal().name, *row);
    if (!row->deleted() && is_selected)
        return Error{ErrorCode::Conflict,
                     describe(change.view(), *row) + " is wanted: it cannot be clean"};
    if (row->deleted() && item.goal_revision != row->goal_revision())
        return Error{ErrorCode::Stale,
                     describe(change.view(), *row) + " was deleted after what is reported"};
    change.update(item.id, item.feedback);
    change.release(item.id);
    return {};
}

}  // namespace xos::kernel
