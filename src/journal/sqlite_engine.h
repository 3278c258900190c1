#pragma once

#include "base/guarded.h"
#include "base/random.h"
#include "journal/directory_lock.h"
#include "journal/engine.h"
#include "journal/sqlite_reader.h"
#include "journal/sqlite_writer.h"

#include <atomic>
#include <memory>
#include <mutex>

namespace xos::journal {

/// The engine that keeps the journal in an SQLite database, `journal.db` of a data directory:
/// write-ahead log, synced at each append. The format is docs/formats/journal.md.
///
/// Promises that no other process uses the directory meanwhile. The other promises and the thread
/// rules are those of `Engine`, but for one case: when the disk fails in the last step of an
/// append, fails again when what was written is taken back, and the machine stops before the next
/// append, what was refused is there after the restart, whole.
class SqliteEngine final : public Engine {
public:
    struct Options {
        std::string directory;  ///< Must exist.
        /// Databases up to this size are checked whole before they are used; larger ones as far
        /// as they are read. About 3 s for each GB.
        std::int64_t check_up_to = std::int64_t{256} << 20;
        /// Frames of 4 KiB in the log that `checkpoint` finds worth moving.
        int worth_moving = 1000;
        std::string files = "";  ///< SQLite's name of the file layer; empty is the system's.
    };

    /// Opens the journal of a directory, or makes an empty one with a random lineage. Conflict when
    /// another process uses the directory, or the file is no journal or of a newer format. Internal
    /// when it is damaged.
    static Result<std::unique_ptr<SqliteEngine>> open(Options options, Random& random);
    ~SqliteEngine() override;

    std::string lineage() const override;
    Revision head() const override;
    Result<Revision> oldest() override;
    ObjectId highest_id() const override;

    Result<void> append(std::span<const Commit> batch, Revision expected_head) override;
    Result<SchemaVersion> add_schema(std::string_view text) override;
    Result<void> begin_lineage(std::string_view lineage, ObjectId highest) override;

    Result<Revision> for_each_object(const ObjectVisitor& visit) override;
    Result<void> for_each_change(Revision since, const VersionVisitor& visit) override;
    Result<std::vector<Version>> versions(ObjectId id, Page page) override;
    Result<std::optional<Version>> find_object(ObjectId id, Revision at) override;
    Result<void> for_each_object_at(std::string_view type, Revision at,
                                    const VersionVisitor& visit) override;
    Result<Revision> revision_at(WallTime time) override;
    Result<std::string> get_schema(SchemaVersion version) override;
    Result<std::optional<SideRecord>> find_side(std::string_view kind,
                                                std::string_view key) override;
    Result<void> for_each_side(std::string_view kind, const SideVisitor& visit) override;

    Result<std::size_t> expire_side(WallTime now) override;
    Result<std::size_t> drop_versions(DropOptions options) override;
    Result<void> keep_views(std::span<const Shape> shapes) override;
    Result<void> checkpoint() override;
    Result<void> check_writing() override;
    Result<void> verify() override;

private:
    struct Position {
        std::string lineage;
        Revision head;
        ObjectId highest;
    };

    SqliteEngine(Options options, DirectoryLock lock, SqliteWriter writer,
                 sqlite::Connection checkpointer);

    /// Gives `read` a connection that nobody else uses meanwhile.
    template <class Read>
    auto read(Read&& read) -> decltype(read(std::declval<SqliteReader&>()));

    /// One step of a checkpoint. Precondition: `checkpointing_` is held.
    Result<sqlite::LogSize> move_log();

    const Options options_;
    const DirectoryLock lock_;
    std::atomic<int> log_frames_ = 0;     // How long the log is since the last commit.
    std::atomic<bool> has_tail_ = false;  // A failed append may have left something in the log.
    Guarded<Position> position_;
    Guarded<std::vector<std::unique_ptr<SqliteReader>>> idle_readers_;
    // These two mutexes are held over input and output, which is what they are for: one writer,
    // and the part of a checkpoint that must have the log for itself. `checkpointing_` is taken
    // first.
    std::mutex checkpointing_;
    sqlite::Connection checkpointer_;  // Protected by checkpointing_, as is the next.
    int frames_moved_ = 0;
    std::mutex writing_;
    SqliteWriter writer_;  // Protected by writing_.
};

}  // namespace xos::journal
