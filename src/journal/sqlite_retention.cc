#include "journal/sqlite_format.h"
#include "journal/sqlite_writer.h"

#include <set>
#include <vector>

namespace xos::journal {

namespace {

/// A version that may be dropped if it is old or one of many.
struct Candidate {
    std::int64_t place = 0;
    std::int64_t id = 0;
    std::int64_t revision = 0;
    VersionKind kind = VersionKind::Feedback;
    WallTime time;
};

Result<std::vector<Candidate>> candidates(sqlite::Connection& connection, std::int64_t after,
                                          std::size_t most) {
    auto row = TRY(
        connection.prepare("SELECT v.place, v.id, v.revision, v.kind, c.time FROM versions v "
                           "JOIN commits c ON c.revision = v.revision "
                           "WHERE v.kind IN ('feedback', 'hidden', 'hidden purge') AND v.place > ? "
                           "ORDER BY v.place LIMIT ?"));
    row.start(after, static_cast<std::int64_t>(most));
    std::vector<Candidate> found;
    while (TRY(row.next())) {
        const VersionKind kind = TRY(parse_version_kind(row.text(3)));
        found.push_back({.place = row.integer(0),
                         .id = row.integer(1),
                         .revision = row.integer(2),
                         .kind = kind,
                         .time = from_microseconds(row.integer(4))});
    }
    return found;
}

/// Decides what is dropped.
class Judge {
public:
    static Result<Judge> create(sqlite::Connection& connection,
                                const Engine::DropOptions& options) {
        auto newer =
            TRY(connection.prepare("SELECT 1 FROM versions WHERE id = ? AND revision > ? LIMIT 1"));
        auto feedback =
            TRY(connection.prepare("SELECT count(*) FROM (SELECT 1 FROM versions "
                                   "WHERE id = ? AND revision > ? AND kind = 'feedback' LIMIT ?)"));
        return Judge(options, std::move(newer), std::move(feedback));
    }

    Result<bool> drops(const Candidate& version) {
        const bool old = version.time < options_.older_than;
        if (version.kind == VersionKind::HiddenPurge)
            return old;
        newer_.start(version.id, version.revision);
        if (!TRY(newer_.next()))
            return false;  // What the object is at present.
        if (old || version.kind == VersionKind::Hidden)
            return old;
        const auto most = static_cast<std::int64_t>(options_.most_feedback);
        feedback_.start(version.id, version.revision, most);
        TRY(feedback_.next());
        return feedback_.integer(0) >= most;
    }

private:
    Judge(const Engine::DropOptions& options, sqlite::Statement newer, sqlite::Statement feedback)
        : options_(options), newer_(std::move(newer)), feedback_(std::move(feedback)) {}

    const Engine::DropOptions options_;
    sqlite::Statement newer_;
    sqlite::Statement feedback_;
};

}  // namespace

Result<std::size_t> SqliteWriter::drop_versions(const Engine::DropOptions& options,
                                                ObjectId highest) {
    // Judged within the transaction: nothing else writes, and one dropped version counts no more
    // when the next is judged.
    auto transaction = TRY(sqlite::Transaction::begin(connection_));
    const auto looked_at = TRY(candidates(connection_, drop_after_, options.steps));
    auto judge = TRY(Judge::create(connection_, options));
    auto drop = TRY(connection_.prepare("DELETE FROM versions WHERE place = ?"));
    std::set<std::int64_t> revisions;
    std::int64_t last_purge = 0;
    std::size_t dropped = 0;
    for (const Candidate& version : looked_at) {
        if (!TRY(judge.drops(version)))
            continue;
        TRY(drop.run(version.place));
        revisions.insert(version.revision);
        ++dropped;
        if (version.kind == VersionKind::HiddenPurge)
            last_purge = version.revision;
    }
    if (dropped > 0)
        TRY(drop_empty_commits(revisions));
    if (last_purge > 0) {
        TRY(set_meta("purges_dropped", std::to_string(last_purge)));
        TRY(set_meta("highest_id", std::to_string(highest.value)));
    }
    TRY(transaction.commit());
    drop_after_ = looked_at.size() < options.steps ? 0 : looked_at.back().place;
    return dropped;
}

Result<void> SqliteWriter::drop_empty_commits(const std::set<std::int64_t>& revisions) {
    const auto head = TRY(connection_.integer("SELECT max(revision) FROM commits"));
    auto drop =
        TRY(connection_.prepare("DELETE FROM commits WHERE revision = ?1 AND NOT EXISTS "
                                "(SELECT 1 FROM versions WHERE place >= ?2 AND place < ?3)"));
    for (const std::int64_t revision : revisions) {
        if (revision != head)
            TRY(drop.run(revision, revision << kPlaceShift, (revision + 1) << kPlaceShift));
    }
    return {};
}

}  // namespace xos::journal
