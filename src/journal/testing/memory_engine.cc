#include "journal/testing/memory_engine.h"

#include "journal/batch.h"

#include <algorithm>
#include <iterator>

namespace xos::journal {

MemoryEngine::MemoryEngine(std::string lineage) {
    state_.with([&](State& state) { state.lineage = std::move(lineage); });
}

void MemoryEngine::fail_appends(std::optional<Error> error) {
    state_.with([&](State& state) { state.append_error = std::move(error); });
}

std::string MemoryEngine::lineage() const {
    return state_.with([](const State& state) { return state.lineage; });
}

Revision MemoryEngine::head() const {
    return state_.with([](const State& state) { return state.head; });
}

ObjectId MemoryEngine::highest_id() const {
    return state_.with([](const State& state) { return state.highest; });
}

Result<void> MemoryEngine::append(std::span<const Commit> batch, Revision expected_head) {
    check_batch(batch, expected_head);
    return state_.with([&](State& state) -> Result<void> {
        if (state.head != expected_head)
            return stale_head(state.head, expected_head);
        if (state.append_error.has_value())
            return *state.append_error;
        for (const Commit& commit : batch)
            apply(state, commit);
        return {};
    });
}

void MemoryEngine::apply(State& state, const Commit& commit) {
    state.head = commit.revision;
    state.commits[commit.revision] = commit.time;
    for (std::size_t i = 0; i < commit.changes.size(); ++i) {
        const Change& change = commit.changes[i];
        const auto before = state.objects.find(change.id);
        const bool is_live = before != state.objects.end();
        XOS_CHECK(is_live || !change.is_purge(), "a purge of an object that is not live");
        Version version{.id = change.id,
                        .type = change.type,
                        .revision = commit.revision,
                        .previous = is_live ? before->second.revision : Revision{},
                        .kind = kind_of(change),
                        .schema = commit.schema,
                        .time = commit.time,
                        .user = commit.user,
                        .request = commit.request};
        if (has_document(version.kind))
            version.document = change.history_document.value_or(change.document);
        state.versions[change.id].emplace(commit.revision, std::move(version));
        state.places[{commit.revision, i}] = change.id;
        state.highest = std::max(state.highest, change.id);
        if (change.is_purge()) {
            state.objects.erase(before);
        } else {
            state.objects[change.id] = {.type = change.type,
                                        .revision = commit.revision,
                                        .schema = commit.schema,
                                        .document = change.document};
        }
    }
    for (const SideRecord& record : commit.side)
        state.side[{record.kind, record.key}] = record;
}

Result<SchemaVersion> MemoryEngine::add_schema(std::string_view text) {
    return state_.with([&](State& state) {
        auto found = std::find(state.schemas.begin(), state.schemas.end(), text);
        if (found == state.schemas.end())
            found = state.schemas.insert(found, std::string(text));
        return SchemaVersion{static_cast<std::uint32_t>(found - state.schemas.begin() + 1)};
    });
}

Result<void> MemoryEngine::begin_lineage(std::string_view lineage, ObjectId highest) {
    state_.with([&](State& state) {
        state.lineage = lineage;
        state.highest = std::max(state.highest, highest);
    });
    return {};
}

// A visitor is called on a copy: it may take its time, and may append.

Result<Revision> MemoryEngine::for_each_object(const ObjectVisitor& visit) {
    const auto [head, objects] =
        state_.with([](const State& state) { return std::pair(state.head, state.objects); });
    for (const auto& [id, object] : objects) {
        TRY(visit({.id = id,
                   .type = object.type,
                   .revision = object.revision,
                   .schema = object.schema,
                   .document = object.document}));
    }
    return head;
}

Result<void> MemoryEngine::for_each_change(Revision since, const VersionVisitor& visit) {
    const auto changes = TRY(state_.with([&](const State& state) -> Result<std::vector<Version>> {
        if (since < state.purges_dropped) {
            return Error(ErrorCode::Gone, "changes after revision " + std::to_string(since.value) +
                                              " are no longer kept whole");
        }
        std::vector<Version> changes;
        const Place first{{since.value + 1}, 0};
        for (auto i = state.places.lower_bound(first); i != state.places.end(); ++i)
            changes.push_back(state.versions.at(i->second).at(i->first.first));
        return changes;
    }));
    for (const Version& version : changes)
        TRY(visit(version));
    return {};
}

Result<std::vector<Version>> MemoryEngine::versions(ObjectId id, Page page) {
    return state_.with([&](const State& state) {
        std::vector<Version> versions;
        const auto found = state.versions.find(id);
        if (found == state.versions.end())
            return versions;
        const History& history = found->second;
        auto end = page.before.has_value() ? history.lower_bound(*page.before) : history.end();
        while (end != history.begin() && versions.size() < page.limit)
            versions.push_back((--end)->second);
        return versions;
    });
}

Result<std::optional<Version>> MemoryEngine::as_of(const History& history, Revision at) {
    const auto next = history.upper_bound(at);
    const Revision known = next == history.begin() ? Revision{} : std::prev(next)->first;
    const bool exact = next == history.end() || next->second.previous == known;
    if (known.value == 0) {
        if (exact)
            return std::optional<Version>();
        return Error(ErrorCode::Gone, "what object " + std::to_string(next->second.id.value) +
                                          " was then is no longer kept");
    }
    Version version = std::prev(next)->second;
    version.exact = exact;
    return version.is_purge() ? std::nullopt : std::optional(std::move(version));
}

Result<std::optional<Version>> MemoryEngine::find_object(ObjectId id, Revision at) {
    return state_.with([&](const State& state) -> Result<std::optional<Version>> {
        const auto found = state.versions.find(id);
        return found == state.versions.end() ? std::optional<Version>() : as_of(found->second, at);
    });
}

Result<void> MemoryEngine::for_each_object_at(std::string_view type, Revision at,
                                              const VersionVisitor& visit) {
    const auto versions = state_.with([](const State& state) { return state.versions; });
    for (const auto& [id, history] : versions) {
        if (history.empty() || history.begin()->second.type != type)
            continue;
        if (const auto version = TRY(as_of(history, at)); version.has_value())
            TRY(visit(*version));
    }
    return {};
}

Result<Revision> MemoryEngine::revision_at(WallTime time) {
    return state_.with([&](const State& state) {
        Revision last;
        for (const auto& [revision, made] : state.commits) {
            if (made <= time)
                last = revision;
        }
        return last;
    });
}

Result<std::string> MemoryEngine::get_schema(SchemaVersion version) {
    return state_.with([&](const State& state) -> Result<std::string> {
        if (version.value == 0 || version.value > state.schemas.size()) {
            return Error(ErrorCode::NotFound,
                         "the journal has no schema version " + std::to_string(version.value));
        }
        return state.schemas[version.value - 1];
    });
}

Result<std::optional<SideRecord>> MemoryEngine::find_side(std::string_view kind,
                                                          std::string_view key) {
    return state_.with([&](const State& state) {
        const auto found = state.side.find({std::string(kind), std::string(key)});
        return found == state.side.end() ? std::nullopt : std::optional(found->second);
    });
}

Result<void> MemoryEngine::for_each_side(std::string_view kind, const SideVisitor& visit) {
    const auto side = state_.with([](const State& state) { return state.side; });
    for (const auto& [key, record] : side) {
        if (key.first == kind)
            TRY(visit(record));
    }
    return {};
}

Result<std::size_t> MemoryEngine::expire_side(WallTime now) {
    return state_.with([&](State& state) {
        return std::erase_if(state.side, [&](const auto& entry) {
            return entry.second.expires.has_value() && *entry.second.expires <= now;
        });
    });
}

bool MemoryEngine::drops(const State& state, const Version& version, const DropOptions& options) {
    const bool old = version.time < options.older_than;
    const History& history = state.versions.at(version.id);
    switch (version.kind) {
        case VersionKind::Declarative:
        case VersionKind::Purge: return false;
        case VersionKind::HiddenPurge: return old;
        case VersionKind::Hidden: return old && history.rbegin()->first != version.revision;
        case VersionKind::Feedback: break;
    }
    std::size_t newer_feedback = 0;
    for (auto i = history.upper_bound(version.revision); i != history.end(); ++i)
        newer_feedback += i->second.kind == VersionKind::Feedback ? 1 : 0;
    const bool is_last = history.rbegin()->first == version.revision;
    return !is_last && (old || newer_feedback >= options.most_feedback);
}

Result<std::size_t> MemoryEngine::drop_versions(DropOptions options) {
    return state_.with([&](State& state) {
        std::size_t dropped = 0;
        std::size_t looked_at = 0;
        auto place = state.places.upper_bound(state.drop_after);
        while (place != state.places.end() && looked_at < options.steps) {
            const auto [revision, position] = state.drop_after = place->first;
            const ObjectId id = place->second;
            const Version& version = state.versions.at(id).at(revision);
            looked_at += is_kept_for_ever(version.kind) ? 0 : 1;
            const bool drop = drops(state, version, options);
            if (drop && version.kind == VersionKind::HiddenPurge)
                state.purges_dropped = std::max(state.purges_dropped, revision);
            place = drop ? state.places.erase(place) : std::next(place);
            dropped += drop ? 1 : 0;
            if (drop)
                state.versions.at(id).erase(revision);
            const auto left = state.places.lower_bound({revision, 0});
            if ((left == state.places.end() || left->first.first != revision) &&
                revision != state.head && drop)
                state.commits.erase(revision);
        }
        if (looked_at < options.steps)
            state.drop_after = {};
        return dropped;
    });
}

Result<void> MemoryEngine::keep_views(std::span<const Shape>) {
    return {};
}

Result<void> MemoryEngine::checkpoint() {
    return {};
}

Result<Revision> MemoryEngine::oldest() {
    return state_.with([](const State& state) {
        return state.commits.empty() ? Revision{} : state.commits.begin()->first;
    });
}

Result<void> MemoryEngine::check_writing() {
    return state_.with([](const State& state) -> Result<void> {
        if (state.append_error.has_value())
            return *state.append_error;
        return {};
    });
}

Result<void> MemoryEngine::verify() {
    return {};
}

}  // namespace xos::journal
