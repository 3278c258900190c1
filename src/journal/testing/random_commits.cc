#include "journal/testing/random_commits.h"

#include "base/check.h"

#include <iterator>

namespace xos::journal {

namespace {

constexpr std::uint64_t kMostLive = 40;

/// An object's type, and with it whether it has history, follows from its id.
bool has_history(ObjectId id) {
    return id.value % 5 != 0;
}

std::string line(const Version& version) {
    return std::to_string(version.id.value) + ' ' + version.type + ' ' +
           std::to_string(version.revision.value) + ' ' + std::to_string(version.previous.value) +
           ' ' + std::string(to_string(version.kind)) + ' ' + std::to_string(version.schema.value) +
           ' ' + std::to_string(to_microseconds(version.time)) + ' ' + version.user + ' ' +
           version.request + ' ' + (version.exact ? "" : "inexact ") + version.document + '\n';
}

}  // namespace

std::vector<Commit> RandomCommits::next_batch(std::size_t most) {
    std::vector<Commit> batch(1 + below(most));
    for (Commit& commit : batch)
        commit = next();
    return batch;
}

Commit RandomCommits::next() {
    ++revision_.value;
    changed_.clear();
    const std::string number = std::to_string(revision_.value);
    Commit commit{.revision = revision_,
                  .time = from_microseconds(static_cast<std::int64_t>(revision_.value) * 1'000'000),
                  .user = "user-" + std::to_string(below(3)),
                  .request = below(2) == 0 ? "" : "request-" + number,
                  .schema = {static_cast<std::uint32_t>(1 + revision_.value / 20)}};
    const std::uint64_t changes = below(6);
    for (std::uint64_t i = 0; i < changes; ++i)
        commit.changes.push_back(change());
    if (below(3) == 0) {
        SideRecord record{.kind = below(2) == 0 ? "answer" : "audit",
                          .key = "key-" + std::to_string(below(10)),
                          .value = number};
        if (below(2) == 0)
            record.expires = commit.time + std::chrono::seconds(below(100));
        commit.side.push_back(std::move(record));
    }
    return commit;
}

Change RandomCommits::change() {
    const bool make = live_.empty() || below(kMostLive) > live_.size();
    ObjectId id;
    if (!make)
        id = *std::next(live_.begin(), static_cast<std::ptrdiff_t>(below(live_.size())));
    if (make || changed_.contains(id))
        id = {++last_id_.value};
    const bool is_new = live_.insert(id).second;
    changed_.insert(id);

    Change change{.id = id, .type = has_history(id) ? "core.Slice" : "core.Token"};
    if (!has_history(id))
        change.retention = Retention::None;
    else if (!is_new && below(2) == 0)
        change.retention = Retention::Limited;
    if (!is_new && below(8) == 0) {
        live_.erase(id);
        return change;
    }
    const std::string value(below(10) == 0 ? 5000 : below(200), 'x');
    change.document = "{\"v\":\"" + std::to_string(random_()) + value + "\"}";
    if (has_history(id) && below(4) == 0)
        change.history_document = "{\"v\":{\"set\":true}}";
    return change;
}

std::string contents(Engine& engine) {
    std::string text = engine.lineage() + ' ' + std::to_string(engine.highest_id().value) + '\n';
    const auto add = [&](const Version& version) -> Result<void> {
        text += line(version);
        return {};
    };
    const auto objects = engine.for_each_object([&](const ObjectView& object) -> Result<void> {
        text += std::to_string(object.id.value) + ' ' + std::string(object.type) + ' ' +
                std::to_string(object.revision.value) + ' ' + std::to_string(object.schema.value) +
                ' ' + std::string(object.document) + '\n';
        return {};
    });
    XOS_CHECK(objects.has_value(), objects.error().message());
    XOS_CHECK(*objects == engine.head(), "a walk over another revision than the head");
    const auto changes = engine.for_each_change({0}, add);
    if (!changes)
        text += "changes are gone\n";
    for (std::uint64_t id = 1; id <= engine.highest_id().value; ++id) {
        const auto versions = engine.versions({id}, {.limit = 1000});
        XOS_CHECK(versions.has_value(), versions.error().message());
        for (const Version& version : *versions)
            text += line(version);
    }
    for (std::uint64_t part = 0; part <= 4; ++part) {
        const Revision at{engine.head().value * part / 4};
        text += "as of " + std::to_string(at.value) + '\n';
        for (const char* type : {"core.Slice", "core.Token"}) {
            if (!engine.for_each_object_at(type, at, add))
                text += "gone\n";
        }
    }
    for (const char* kind : {"answer", "audit"}) {
        const auto side = engine.for_each_side(kind, [&](const SideRecord& record) -> Result<void> {
            text += record.kind + ' ' + record.key + ' ' + record.value + '\n';
            return {};
        });
        XOS_CHECK(side.has_value(), side.error().message());
    }
    return text;
}

}  // namespace xos::journal
