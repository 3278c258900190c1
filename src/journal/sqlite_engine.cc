#include "journal/sqlite_engine.h"

#include "journal/batch.h"
#include "journal/sqlite_format.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace xos::journal {

namespace {

constexpr std::size_t kMostIdleReaders = 4;
// In frames of 4 KiB: from here on the log is to start over. A short log that is used again and
// again is faster to write than one that grows: its blocks are there already.
constexpr int kLongLog = 4000;
constexpr int kLittle = 100;
constexpr int kMostRounds = 10;

std::string database_of(const SqliteEngine::Options& options) {
    return options.directory + "/journal.db";
}

/// Makes the file, for its owner only, when there is none; its size. The log inherits its mode.
Result<std::int64_t> make_file(const std::string& path) {
    const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct stat status {};
    const bool good = file >= 0 && fstat(file, &status) == 0;
    const int error = errno;
    if (file >= 0)
        close(file);
    if (!good)
        return Error(ErrorCode::Unavailable, path + ": " + std::strerror(error));
    return std::int64_t{status.st_size};
}

ObjectId highest_of(std::span<const Commit> batch) {
    ObjectId highest;
    for (const Commit& commit : batch) {
        for (const Change& change : commit.changes)
            highest = std::max(highest, change.id);
    }
    return highest;
}

}  // namespace

SqliteEngine::SqliteEngine(Options options, DirectoryLock lock, SqliteWriter writer,
                           sqlite::Connection checkpointer)
    : options_(std::move(options)),
      lock_(std::move(lock)),
      checkpointer_(std::move(checkpointer)),
      writer_(std::move(writer)) {
    writer_.watch_log(log_frames_);
}

SqliteEngine::~SqliteEngine() = default;

Result<std::unique_ptr<SqliteEngine>> SqliteEngine::open(Options options, Random& random) {
    auto lock = TRY(DirectoryLock::create(options.directory));
    const std::string path = database_of(options);
    const auto size = TRY(make_file(path));
    auto writer = TRY(SqliteWriter::open(path, options.files, random.hex(16)));
    auto checkpointer = TRY(sqlite::Connection::open(path, options.files));
    // A connection that has never read does not know that there is a log.
    TRY(checkpointer.integer("SELECT count(*) FROM meta"));
    const std::int64_t check_up_to = options.check_up_to;
    std::unique_ptr<SqliteEngine> engine(new SqliteEngine(
        std::move(options), std::move(lock), std::move(writer), std::move(checkpointer)));
    if (size <= check_up_to)
        TRY(engine->verify());
    const std::string lineage = TRY(engine->writer_.lineage());
    const Revision head = TRY(engine->writer_.head());
    const ObjectId highest = TRY(engine->writer_.highest_id());
    engine->position_.with([&](Position& position) {
        position = {.lineage = lineage, .head = head, .highest = highest};
    });
    return engine;
}

std::string SqliteEngine::lineage() const {
    return position_.with([](const Position& position) { return position.lineage; });
}

Revision SqliteEngine::head() const {
    return position_.with([](const Position& position) { return position.head; });
}

ObjectId SqliteEngine::highest_id() const {
    return position_.with([](const Position& position) { return position.highest; });
}

Result<void> SqliteEngine::append(std::span<const Commit> batch, Revision expected_head) {
    check_batch(batch, expected_head);
    std::scoped_lock writing(writing_);
    if (const Revision head = this->head(); head != expected_head)
        return stale_head(head, expected_head);
    if (Result<void> written = writer_.append(batch); !written) {
        has_tail_ = !writer_.discard_tail();
        return std::move(written).error().in("journal");
    }
    has_tail_ = false;
    const ObjectId highest = highest_of(batch);
    position_.with([&](Position& position) {
        position.head.value += batch.size();
        position.highest = std::max(position.highest, highest);
    });
    return {};
}

Result<SchemaVersion> SqliteEngine::add_schema(std::string_view text) {
    std::scoped_lock writing(writing_);
    return writer_.add_schema(text);
}

Result<void> SqliteEngine::begin_lineage(std::string_view lineage, ObjectId highest) {
    std::scoped_lock writing(writing_);
    highest = std::max(highest, highest_id());
    TRY(writer_.begin_lineage(lineage, highest));
    position_.with([&](Position& position) {
        position.lineage = lineage;
        position.highest = highest;
    });
    return {};
}

template <class Read>
auto SqliteEngine::read(Read&& read) -> decltype(read(std::declval<SqliteReader&>())) {
    auto reader = idle_readers_.with([](auto& idle) {
        std::unique_ptr<SqliteReader> taken;
        if (!idle.empty()) {
            taken = std::move(idle.back());
            idle.pop_back();
        }
        return taken;
    });
    if (reader == nullptr)
        reader = TRY(SqliteReader::open(database_of(options_), options_.files));
    auto result = read(*reader);
    idle_readers_.with([&](auto& idle) {
        // After an error, who knows what state the connection is in; another is made quickly.
        if (result.has_value() && idle.size() < kMostIdleReaders)
            idle.push_back(std::move(reader));
    });
    return result;
}

Result<Revision> SqliteEngine::for_each_object(const ObjectVisitor& visit) {
    return read([&](SqliteReader& reader) { return reader.for_each_object(visit); });
}

Result<void> SqliteEngine::for_each_change(Revision since, const VersionVisitor& visit) {
    return read([&](SqliteReader& reader) { return reader.for_each_change(since, visit); });
}

Result<std::vector<Version>> SqliteEngine::versions(ObjectId id, Page page) {
    return read([&](SqliteReader& reader) { return reader.versions(id, page); });
}

Result<std::optional<Version>> SqliteEngine::find_object(ObjectId id, Revision at) {
    return read([&](SqliteReader& reader) { return reader.find_object(id, at); });
}

Result<void> SqliteEngine::for_each_object_at(std::string_view type, Revision at,
                                              const VersionVisitor& visit) {
    return read([&](SqliteReader& reader) { return reader.for_each_object_at(type, at, visit); });
}

Result<Revision> SqliteEngine::oldest() {
    return read([](SqliteReader& reader) { return reader.oldest(); });
}

Result<Revision> SqliteEngine::revision_at(WallTime time) {
    return read([&](SqliteReader& reader) { return reader.revision_at(time); });
}

Result<std::string> SqliteEngine::get_schema(SchemaVersion version) {
    return read([&](SqliteReader& reader) { return reader.get_schema(version); });
}

Result<std::optional<SideRecord>> SqliteEngine::find_side(std::string_view kind,
                                                          std::string_view key) {
    return read([&](SqliteReader& reader) { return reader.find_side(kind, key); });
}

Result<void> SqliteEngine::for_each_side(std::string_view kind, const SideVisitor& visit) {
    return read([&](SqliteReader& reader) { return reader.for_each_side(kind, visit); });
}

Result<std::size_t> SqliteEngine::expire_side(WallTime now) {
    std::scoped_lock writing(writing_);
    return writer_.expire_side(now);
}

Result<std::size_t> SqliteEngine::drop_versions(DropOptions options) {
    std::scoped_lock writing(writing_);
    return writer_.drop_versions(options, highest_id());
}

Result<void> SqliteEngine::keep_views(std::span<const Shape> shapes) {
    std::scoped_lock writing(writing_);
    return writer_.keep_views(shapes);
}

Result<void> SqliteEngine::checkpoint() {
    std::scoped_lock checkpointing(checkpointing_);
    if (has_tail_) {
        std::scoped_lock writing(writing_);
        has_tail_ = has_tail_ && !writer_.discard_tail();
        return {};
    }
    const int frames = log_frames_;
    if (frames < frames_moved_)  // The log has started over.
        frames_moved_ = 0;
    if (frames - frames_moved_ < options_.worth_moving)
        return {};
    sqlite::LogSize log = TRY(move_log());
    if (log.frames < kLongLog)
        return {};
    // The log starts over only when all of it is moved, which does not happen while appends go on.
    // So they wait for what came meanwhile, but only once that has become little.
    for (int round = 0; round < kMostRounds && log_frames_ - log.moved > kLittle; ++round)
        log = TRY(move_log());
    std::scoped_lock writing(writing_);
    TRY(move_log());
    return {};
}

Result<sqlite::LogSize> SqliteEngine::move_log() {
    const auto log = TRY(checkpointer_.checkpoint(sqlite::Connection::Checkpoint::Passive));
    frames_moved_ = std::max(log.moved, 0);
    return log;
}

Result<void> SqliteEngine::check_writing() {
    std::scoped_lock writing(writing_);
    Result<void> written = writer_.write_nothing();
    has_tail_ = !written && !writer_.discard_tail();
    return written ? std::move(written) : std::move(written).error().in("journal");
}

Result<void> SqliteEngine::verify() {
    return read([](SqliteReader& reader) { return reader.verify(); });
}

}  // namespace xos::journal
