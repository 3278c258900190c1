#include "kernel/change.h"

#include "base/check.h"
#include "base/text.h"
#include "kernel/any_link.h"
#include "kernel/default_object.h"
#include "kernel/describe.h"
#include "model/codec.h"

#include <algorithm>

namespace xos::kernel {

namespace base = schema::base_field;
using model::FieldIndex;
using model::FieldValues;
using model::Row;
using model::Value;
using schema::FieldClass;
using schema::FieldType;
using schema::OnDelete;

namespace {

constexpr std::uint64_t kMadeBy = std::uint64_t{1} << 63;
constexpr std::size_t kMostNamed = 20;

std::int64_t number(Revision revision) {
    return static_cast<std::int64_t>(revision.value);
}

bool is_request(const schema::Type& type, std::string_view field) {
    constexpr std::string_view kEnd = "_requested";
    return field.ends_with(kEnd) &&
           std::find(type.actions.begin(), type.actions.end(),
                     field.substr(0, field.size() - kEnd.size())) != type.actions.end();
}

/// Whether another value of the field is something new to make real: what users want, that the
/// object goes, other content, or an action.
bool moves_goal_of(const schema::Type& type, FieldIndex field) {
    const schema::Field& one = type.fields[field];
    if (one.field_class == FieldClass::Declarative || field == base::kDeleted)
        return true;
    return one.field_class == FieldClass::Bookkeeping &&
           ((type.content && one.name == "content_sha256") || is_request(type, one.name));
}

}  // namespace

ObjectId made_by(std::size_t index) {
    return ObjectId{kMadeBy | index};
}

std::optional<std::size_t> maker_of(ObjectId id) {
    if ((id.value & kMadeBy) == 0)
        return std::nullopt;
    return id.value & ~kMadeBy;
}

Change::Change(model::Draft& draft, Start start)
    : draft_(draft),
      revision_(start.revision),
      now_(start.now),
      next_id_(std::move(start.next_id)),
      sealing_(start.sealing),
      start_(draft.mark()),
      before_seen_(start_) {}

const Row* Change::before(ObjectId id) const {
    for (const model::Edit& edit : draft_.edits_since(before_seen_))
        before_.try_emplace(edit.id(), edit.before);
    before_seen_ = draft_.mark();
    const auto at = before_.find(id);
    return at == before_.end() ? view().find(id) : at->second;
}

const Row& Change::create(TypeId type_id, const FieldValues& fields) {
    const schema::Type& type = schema().type(type_id);
    XOS_CHECK(!type.abstract, "create: the type is abstract");
    FieldValues values;
    values.reserve(type.fields.size() + fields.size());
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
        const schema::Field& field = type.fields[i];
        const auto at = static_cast<FieldIndex>(i);
        if (field.default_function == schema::DefaultFunction::Now || field.auto_now_add)
            values.emplace_back(at, now_);
        else if (field.type == FieldType::LinkSet)
            values.emplace_back(at, std::vector<ObjectId>{});
        else if (const auto found = default_object(view(), field))
            values.emplace_back(at, *found);
        else if (!schema::is_null(field.default_value))
            values.emplace_back(at, field.default_value);
    }
    values.insert(values.end(), fields.begin(), fields.end());
    complete_any_link(view(), type, nullptr, values);
    values.emplace_back(base::kCreated, now_);
    values.emplace_back(base::kUpdated, now_);
    values.emplace_back(base::kRevision, number(revision_));
    values.emplace_back(base::kGoalRevision, number(revision_));
    const ObjectId id = next_id_();
    seal(type, id, values);
    return draft_.create(type, id, values);
}

/// Rows keep what is secret in a form of its own, with the revision that set it.
void Change::seal(const schema::Type& type, ObjectId id, FieldValues& values) const {
    for (auto& [field, value] : values) {
        auto* text = std::get_if<std::string>(&value);
        if (text && model::is_hidden(type.fields[field]))
            *text = sealing_.seal({id, type.fields[field]}, revision_, *text);
    }
}

bool Change::holds(const Row& row, FieldIndex field, const Value& value) const {
    const schema::Type& type = view().type_of(row);
    const auto* text = std::get_if<std::string>(&value);
    if (text && model::is_hidden(type.fields[field]) && !row.is_null(field))
        return sealing_.holds({row.id(), type.fields[field]}, row.string(field), *text);
    return model::value_of(type, row, field) == value;
}

FieldValues Change::with_bookkeeping(const Row& row, const FieldValues& fields) {
    const schema::Type& type = view().type_of(row);
    FieldValues values;
    bool moves_goal = false;
    for (const auto& [field, value] : fields) {
        if (holds(row, field, value))
            continue;
        values.emplace_back(field, value);
        moves_goal |= moves_goal_of(type, field);
    }
    if (values.empty())
        return values;
    values.emplace_back(base::kRevision, number(revision_));
    if (moves_goal) {
        values.emplace_back(base::kUpdated, now_);
        add_new_goal(row, values);
    }
    return values;
}

void Change::add_new_goal(const Row& row, FieldValues& values) const {
    values.emplace_back(base::kGoalRevision, number(revision_));
    if (!row.is_null(base::kBackendOwner) && row.integer(base::kBackendCode) != 0) {
        values.emplace_back(base::kBackendCode, std::int64_t{0});
        values.emplace_back(base::kBackendSince, now_);
    }
}

const Row& Change::update(ObjectId id, const FieldValues& fields) {
    const Row* row = view().find(id);
    XOS_CHECK(row, "update: no such object");
    FieldValues wanted = fields;
    complete_any_link(view(), view().type_of(*row), row, wanted);
    FieldValues values = with_bookkeeping(*row, wanted);
    seal(view().type_of(*row), id, values);
    return values.empty() ? *row : draft_.update(id, values);
}

void Change::move_goal(ObjectId id) {
    const Row* row = view().find(id);
    XOS_CHECK(row, "move_goal: no such object");
    FieldValues values{{base::kRevision, number(revision_)}};
    add_new_goal(*row, values);
    draft_.update(id, values);
}

void Change::release(ObjectId id) {
    update(id, {{base::kBackendOwner, Value{}},
                {base::kBackendHandle, Value{}},
                {base::kBackendInputs, Value{}},
                {base::kBackendWaitingFor, Value{}},
                {base::kSyncedRevision, Value{}}});
}

Result<void> Change::remove(ObjectId id, Operation::Cascade cascade) {
    Deletion deletion{
        .cascade = cascade, .queue = {id}, .clears = {}, .going = {id}, .protectors = {}};
    if (is_asked_)
        asked_.push_back(id);
    for (std::size_t i = 0; i < deletion.queue.size(); ++i) {
        const Row* row = view().find(deletion.queue[i]);
        if (!row || row->deleted())
            continue;
        if (row->boolean(base::kWriteProtect))
            return Error{ErrorCode::Conflict,
                         describe(view(), *row) + " is write protected: clear write_protect first"};
        follow_links_to(*row, deletion);
    }
    std::erase_if(deletion.protectors,
                  [&](const auto& protector) { return deletion.going.count(protector) > 0; });
    if (!deletion.protectors.empty())
        return in_use(*view().find(id), std::move(deletion.protectors));
    for (const auto& [linking, field] : deletion.clears) {
        if (deletion.going.count(linking) == 0)
            clear_link(*view().find(linking), field, deletion.going);
    }
    for (const ObjectId going : deletion.queue)
        mark_deleted(going);
    return {};
}

void Change::follow_links_to(const Row& row, Deletion& deletion) {
    for (const model::LinkPlace& place : view().layout().links_to(row.type())) {
        const schema::Field& field = schema().type(place.type).fields[place.field];
        for (const Row* linking : view().live_linking(place.type, place.field, row.id())) {
            const ObjectId id = linking->id();
            if (field.on_delete == OnDelete::Clear) {
                deletion.clears.emplace_back(id, place.field);
            } else if (field.on_delete == OnDelete::Cascade) {
                if (deletion.going.insert(id).second)
                    deletion.queue.push_back(id);
            } else if (deletion.cascade == Operation::Cascade::Yes) {
                if (deletion.going.insert(id).second) {
                    deletion.queue.push_back(id);
                    if (is_asked_)
                        asked_.push_back(id);
                }
            } else {
                deletion.protectors.push_back(id);
            }
        }
    }
}

Error Change::in_use(const Row& row, std::vector<ObjectId> protectors) const {
    // One object may protect by several links.
    std::sort(protectors.begin(), protectors.end());
    protectors.erase(std::unique(protectors.begin(), protectors.end()), protectors.end());
    std::vector<std::string> names;
    for (const ObjectId id : protectors) {
        if (names.size() < kMostNamed)
            names.push_back(describe(view(), *view().find(id)));
    }
    std::string message = describe(view(), row) + " is in use by " + join(names, ", ");
    if (protectors.size() > kMostNamed)
        message += " and " + std::to_string(protectors.size() - kMostNamed) + " more";
    return Error{ErrorCode::Conflict, message + ": delete these first, or ask for cascade"};
}

void Change::clear_link(const Row& row, FieldIndex field,
                        const std::unordered_set<ObjectId>& targets) {
    if (view().type_of(row).fields[field].type == FieldType::Link) {
        update(row.id(), {{field, Value{}}});
        return;
    }
    std::vector<ObjectId> left;
    for (const ObjectId member : row.links(field)) {
        if (targets.count(member) == 0)
            left.push_back(member);
    }
    update(row.id(), {{field, left}});
}

void Change::mark_deleted(ObjectId id) {
    const Row* row = view().find(id);
    if (row && !row->deleted())
        update(id, {{base::kDeleted, true}});
}

bool Change::is_linked(const Row& row) const {
    for (const model::LinkPlace& place : view().layout().links_to(row.type())) {
        const std::size_t count = view().count_linking(place.type, place.field, row.id());
        if (count > 1)
            return true;
        if (count == 1 && view().linking(place.type, place.field, row.id())[0]->id() != row.id())
            return true;
    }
    return false;
}

void Change::purge() {
    std::vector<ObjectId> candidates;
    for (const model::Edit& edit : edits_since(start_)) {
        if (edit.after && edit.after->deleted())
            candidates.push_back(edit.id());
    }
    while (!candidates.empty()) {
        const Row* row = view().find(candidates.back());
        candidates.pop_back();
        if (!row || !row->deleted() || !row->is_null(base::kBackendOwner) || is_linked(*row))
            continue;
        const schema::Type& type = view().type_of(*row);
        for (std::size_t i = 0; i < type.fields.size(); ++i) {
            const auto at = static_cast<FieldIndex>(i);
            if (type.fields[i].type == FieldType::Link && !row->is_null(at))
                candidates.push_back(row->link(at));
            else if (type.fields[i].type == FieldType::LinkSet)
                candidates.insert(candidates.end(), row->links(at).begin(), row->links(at).end());
        }
        draft_.remove(row->id());
    }
}

}  // namespace xos::kernel
