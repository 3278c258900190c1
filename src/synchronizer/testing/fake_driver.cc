#include "synchronizer/testing/fake_driver.h"

#include <algorithm>

namespace xos::synchronizer {

Result<void> FakeDriver::prepare() {
    if (broken)
        return *broken;
    return {};
}

Result<std::optional<Reality>> FakeDriver::scan(const model::Snapshot& desired) {
    if (!can_scan)
        return std::optional<Reality>();
    return state_.with([&](const State& state) -> Result<std::optional<Reality>> {
        Reality reality;
        for (const auto& [id, goal] : state.there) {
            reality.marks.push_back({id, "thing-" + std::to_string(id.value)});
            const model::Row* row = desired.view().find(id);
            if (row && (row->deleted() || row->goal_revision().value != goal))
                reality.differing.push_back(id);
        }
        for (const schema::Type& type : desired.schema().types()) {
            if (type.abstract)
                continue;
            desired.view().for_each(type.id, [&](const model::Row& row) {
                if (!row.is_null(schema::base_field::kBackendOwner) && !row.deleted() &&
                    !state.there.contains(row.id()))
                    reality.differing.push_back(row.id());
                return true;
            });
        }
        return std::optional<Reality>(std::move(reality));
    });
}

Result<void> FakeDriver::remove_orphan(const Mark& orphan) {
    lose(orphan.id);
    return {};
}

Result<Outcome> FakeDriver::reconcile(const model::Snapshot& desired, ObjectId id,
                                      StatusWriter& status) {
    state_.with([&](State& state) { state.steps.push_back(id); });
    if (auto answered = answer(desired, id, status))
        return std::move(*answered);
    put(id, desired.view().find(id)->goal_revision().value);
    return Outcome(Done{});
}

Result<Outcome> FakeDriver::remove(const model::Snapshot& desired, ObjectId id,
                                   StatusWriter& status) {
    state_.with([&](State& state) { state.steps.push_back(id); });
    if (auto answered = answer(desired, id, status))
        return std::move(*answered);
    lose(id);
    return Outcome(Done{});
}

void FakeDriver::put(ObjectId id, std::uint64_t goal) {
    state_.with([&](State& state) { state.there.insert_or_assign(id, goal); });
}

void FakeDriver::lose(ObjectId id) {
    state_.with([&](State& state) { state.there.erase(id); });
}

bool FakeDriver::has(ObjectId id) const {
    return state_.with([&](const State& state) { return state.there.contains(id); });
}

std::size_t FakeDriver::size() const {
    return state_.with([](const State& state) { return state.there.size(); });
}

std::vector<ObjectId> FakeDriver::steps() const {
    return state_.with([](const State& state) { return state.steps; });
}

std::size_t FakeDriver::steps_of(ObjectId id) const {
    const auto all = steps();
    return static_cast<std::size_t>(std::count(all.begin(), all.end(), id));
}

}  // namespace xos::synchronizer
