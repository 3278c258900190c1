#pragma once

#include "journal/engine.h"
#include "journal/sqlite.h"

#include <set>
#include <span>

namespace xos::journal {

/// The one connection that writes to a journal, with its statements. Used by one thread at a time.
class SqliteWriter {
public:
    /// Opens the database. Where it has no tables, makes them, and `lineage` is its name.
    static Result<SqliteWriter> open(const std::string& path, const std::string& files,
                                     std::string_view lineage);

    /// One durable transaction with all of `batch`, or nothing of it.
    Result<void> append(std::span<const Commit> batch);
    Result<SchemaVersion> add_schema(std::string_view text);
    Result<void> begin_lineage(std::string_view lineage, ObjectId highest);
    Result<std::size_t> expire_side(WallTime now);
    /// `highest` is the highest id of all, so that dropping its last trace does not lose it.
    Result<std::size_t> drop_versions(const Engine::DropOptions& options, ObjectId highest);
    Result<void> keep_views(std::span<const Shape> shapes);
    /// Writes durably what changes nothing.
    Result<void> write_nothing();

    Result<std::string> lineage();
    Result<Revision> head();
    Result<ObjectId> highest_id();

    void watch_log(std::atomic<int>& frames) { connection_.watch_log(frames); }
    /// Takes what a failed append may have left in the log out of sight of a later recovery. False
    /// when somebody reads the log or the disk fails: then it is to be tried again, unless an
    /// append succeeds, which overwrites it.
    bool discard_tail();

private:
    struct Statements {
        sqlite::Statement insert_commit;
        sqlite::Statement insert_version;
        sqlite::Statement put_object;
        sqlite::Statement delete_object;
        sqlite::Statement put_side;
    };

    SqliteWriter(sqlite::Connection connection, Statements statements);

    Result<void> write_commit(const Commit& commit);
    Result<void> write_change(const Commit& commit, std::size_t position);
    Result<void> set_meta(std::string_view name, const std::string& value);
    /// Drops those of the commits `revisions` of which no version is left, but never the head.
    Result<void> drop_empty_commits(const std::set<std::int64_t>& revisions);

    // The connection is first: statements end before it.
    sqlite::Connection connection_;
    Statements statements_;
    std::int64_t drop_after_ = 0;  // The place of the version that was last looked at.
};

}  // namespace xos::journal
