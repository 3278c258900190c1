#include "ledger.h"

#include <algorithm>
#include <set>

namespace xos::crash {

namespace {

Revision revision_of(const Json& object) {
    return Revision{static_cast<std::uint64_t>(object.number("revision"))};
}

/// How much of a unit is there.
struct Sight {
    std::size_t there = 0;
    std::size_t marked = 0;
    std::set<std::uint64_t> revisions;
    std::vector<ObjectId> ids;

    void add(const Json& object, bool has_mark) {
        ++there;
        marked += has_mark ? 1 : 0;
        ids.push_back(ObjectId{static_cast<std::uint64_t>(object.number("id"))});
        revisions.insert(revision_of(object).value);
    }
};

Sight look(const Unit& unit, const std::string& mark, const Found& found) {
    Sight sight;
    for (std::size_t i = 0; i < unit.ids.size(); ++i) {
        const Json* object = found.find(unit.ids[i]);
        if (object && object->text("name") == name_of(unit, i))
            sight.add(*object, object->text(mark_field(i)) == mark);
    }
    return sight;
}

/// The same for a unit whose ids nobody knows. Others may have objects of its name, with a mark of
/// their own.
Sight look_by_mark(const Unit& unit, const std::string& mark, const Found& found) {
    Sight sight;
    for (std::size_t i = 0; i < unit.size(); ++i) {
        const auto at = found.by_name.find(plural_of(i) + " " + name_of(unit, i));
        if (at == found.by_name.end())
            continue;
        const Json& object = found.objects.at(at->second);
        if (object.text(mark_field(i)) == mark)
            sight.add(object, true);
    }
    return sight;
}

std::string describe(const Unit& unit, const Sight& sight, const std::string& what) {
    return unit.name + ": " + what + ": " + std::to_string(sight.there) + " of " +
           std::to_string(unit.size()) + " objects are there, " + std::to_string(sight.marked) +
           " with the mark, at " + std::to_string(sight.revisions.size()) + " revisions";
}

}  // namespace

std::string plural_of(std::size_t index) {
    return index == 0 ? "core/sites" : "core/slices";
}

std::string name_of(const Unit& unit, std::size_t index) {
    return index == 0 ? unit.name : unit.name + "_" + std::to_string(index);
}

const char* mark_field(std::size_t index) {
    return index == 0 ? "abbreviated_name" : "description";
}

void Found::add(const std::string& plural, const std::vector<Json>& items) {
    const bool named = plural == "core/sites" || plural == "core/slices";
    for (const Json& item : items) {
        const auto id = static_cast<std::uint64_t>(item.number("id"));
        if (!objects.emplace(id, item).second)
            problems.push_back("the id " + std::to_string(id) + " is there twice");
        const std::string name = plural + " " + std::string(item.text("name"));
        if (named && !by_name.emplace(name, id).second)
            problems.push_back(name + " is there twice");
        if (revision_of(item) > revision)
            problems.push_back(name + " is newer than the model");
    }
}

const Json* Found::find(ObjectId id) const {
    const auto at = objects.find(id.value);
    return at == objects.end() ? nullptr : &at->second;
}

void Ledger::begin_create(Unit unit, std::string mark) {
    attempt_ = {.kind = Kind::Create, .unit = std::move(unit), .mark = std::move(mark)};
}

void Ledger::begin(Kind kind, std::size_t index, std::string mark) {
    attempt_ = {.kind = kind, .index = index, .unit = live_[index], .mark = std::move(mark)};
}

void Ledger::acknowledge(Revision revision, std::vector<ObjectId> ids) {
    ++acknowledged_;
    finish(*std::exchange(attempt_, std::nullopt), revision, std::move(ids));
}

void Ledger::refuse() {
    attempt_.reset();
}

bool Ledger::wants_shared_name() const {
    return attempt_ && attempt_->kind == Kind::Create &&
           attempt_->unit.name.starts_with(kSharedName);
}

void Ledger::finish(const Attempt& attempt, Revision revision, std::vector<ObjectId> ids) {
    last_revision_ = std::max(last_revision_, revision);
    if (attempt.kind == Kind::Create) {
        live_.push_back(attempt.unit);
        live_.back().ids = std::move(ids);
        live_.back().versions = {{revision, attempt.mark}};
    } else if (attempt.kind == Kind::Update) {
        live_[attempt.index].versions.push_back({revision, attempt.mark});
    } else {
        const Unit& unit = live_[attempt.index];
        removed_.insert(removed_.end(), unit.ids.begin(), unit.ids.end());
        live_.erase(live_.begin() + static_cast<std::ptrdiff_t>(attempt.index));
    }
}

/// Learns whether the write that nobody answered was done.
void Ledger::settle_attempt(const Found& found, std::vector<std::string>& wrong) {
    const Attempt attempt = *std::exchange(attempt_, std::nullopt);
    ++uncertain_;
    const bool is_new = attempt.kind == Kind::Create;
    const Sight sight = is_new ? look_by_mark(attempt.unit, attempt.mark, found)
                               : look(attempt.unit, attempt.mark, found);
    const std::size_t all = attempt.unit.size();
    const bool is_done = attempt.kind == Kind::Remove ? sight.there == 0 : sight.marked == all;
    const bool is_absent = sight.there == (is_new ? 0 : all) && sight.marked == 0;
    if (is_done && sight.revisions.size() <= 1)
        finish(attempt, Revision{sight.revisions.empty() ? 0 : *sight.revisions.begin()},
               sight.ids);
    else if (!is_absent)
        wrong.push_back(
            describe(attempt.unit, sight, "what was not acknowledged is there by half"));
}

std::vector<std::string> Ledger::settle(const Found& found) {
    std::vector<std::string> wrong;
    if (attempt_)
        settle_attempt(found, wrong);
    for (const Unit& unit : live_) {
        const Unit::Version& last = unit.versions.back();
        const Sight sight = look(unit, last.mark, found);
        if (sight.marked != unit.size() || sight.ids != unit.ids ||
            sight.revisions != std::set{last.revision.value})
            wrong.push_back(describe(unit, sight,
                                     "lost or changed: " + last.mark + " of revision " +
                                         std::to_string(last.revision.value)));
    }
    for (const ObjectId id : removed_) {
        if (found.find(id))
            wrong.push_back("what was removed is back: " + std::to_string(id.value));
    }
    if (found.revision < last_revision_)
        wrong.push_back("the model is at revision " + std::to_string(found.revision.value) + ", " +
                        std::to_string(last_revision_.value) + " was acknowledged");
    return wrong;
}

}  // namespace xos::crash
