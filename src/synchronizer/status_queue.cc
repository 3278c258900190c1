#include "synchronizer/status_queue.h"

#include "model/codec.h"

#include <algorithm>

namespace xos::synchronizer {

namespace base = schema::base_field;
using client::StatusItem;
using model::Row;

namespace {

std::int64_t code_of(StatusItem::State state) {
    switch (state) {
        case StatusItem::State::Done:
        case StatusItem::State::Clean: return 1;
        case StatusItem::State::Failed: return 2;
        case StatusItem::State::Working:
        case StatusItem::State::Waiting: return 0;
    }
    return 0;
}

bool shows_feedback(const schema::Type& type, const Row& row, const Json& feedback) {
    const auto* members = feedback.as_object();
    if (!members)
        return true;
    return std::all_of(members->begin(), members->end(), [&](const Json::Member& member) {
        const auto field = type.find_field_index(member.first);
        if (!field || *field >= type.fields.size())
            return false;
        const auto value = model::read_value(type.fields[*field], member.second);
        return value && *value == model::value_of(type, row, *field);
    });
}

}  // namespace

bool is_shown(model::View view, const StatusItem& item) {
    const Row* row = view.find(item.id);
    if (!row)
        return true;  // There is nothing left to tell it of.
    if (item.state == StatusItem::State::Clean)
        return row->is_null(base::kBackendOwner);
    const auto waiting_for = static_cast<ObjectId>(
        ObjectId{static_cast<std::uint64_t>(row->integer(base::kBackendWaitingFor))});
    if (row->integer(base::kBackendCode) != code_of(item.state) ||
        row->string(base::kBackendStatus) != item.text ||
        waiting_for != item.waiting_for.value_or(ObjectId{}))
        return false;
    if (item.state == StatusItem::State::Done &&
        row->integer(base::kSyncedRevision) < static_cast<std::int64_t>(item.goal_revision.value))
        return false;
    if (!item.inputs.empty() && row->string(base::kBackendInputs) != item.inputs)
        return false;
    if (item.handle && row->string(base::kBackendHandle) != *item.handle)
        return false;
    return shows_feedback(view.type_of(*row), *row, item.feedback);
}

void StatusQueue::add(StatusItem item, Duration delay) {
    const TimePoint due = clock_.now() + delay;
    state_.with([&](State& state) {
        const ObjectId id = item.id;
        state.pending.insert_or_assign(id, Pending{std::move(item), due});
    });
    on_add_();
}

std::vector<StatusItem> StatusQueue::take(const model::Snapshot& shown, std::size_t limit) {
    const TimePoint now = clock_.now();
    return state_.with([&](State& state) {
        std::erase_if(state.unseen, [&](const auto& one) {
            return one.second && *one.second <= shown.revision();
        });
        std::vector<StatusItem> taken;
        for (auto at = state.pending.begin(); at != state.pending.end() && taken.size() < limit;) {
            if (at->second.due > now) {
                ++at;
                continue;
            }
            if (state.unseen.contains(at->first) || !is_shown(shown.view(), at->second.item)) {
                state.unseen[at->first] = std::nullopt;
                taken.push_back(std::move(at->second.item));
            }
            at = state.pending.erase(at);
        }
        return taken;
    });
}

void StatusQueue::confirm(const std::vector<StatusItem>& items, Revision revision) {
    state_.with([&](State& state) {
        for (const StatusItem& item : items)
            state.unseen[item.id] = revision;
    });
}

void StatusQueue::give_back(std::vector<StatusItem> items) {
    const TimePoint now = clock_.now();
    state_.with([&](State& state) {
        for (StatusItem& item : items)
            state.pending.try_emplace(item.id, Pending{std::move(item), now});
    });
}

std::optional<TimePoint> StatusQueue::next_due() const {
    return state_.with([](const State& state) -> std::optional<TimePoint> {
        std::optional<TimePoint> due;
        for (const auto& [id, pending] : state.pending)
            due = due ? std::min(*due, pending.due) : pending.due;
        return due;
    });
}

bool StatusQueue::is_empty() const {
    return state_.with([](const State& state) { return state.pending.empty(); });
}

}  // namespace xos::synchronizer
