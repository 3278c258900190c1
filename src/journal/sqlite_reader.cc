#include "journal/sqlite_reader.h"

#include "journal/sqlite_format.h"

namespace xos::journal {

namespace {

// The columns of `read_version`, of versions as v and their commits as c.
#define XOS_VERSION_COLUMNS                                                            \
    "v.id, v.type, v.revision, v.previous, v.kind, v.document, v.checksum, c.schema, " \
    "c.time, c.user, c.request"
// What the first change after ?2 of object `id` came after, or NULL when there is none.
#define XOS_NEXT_PREVIOUS(id)                             \
    "(SELECT n.previous FROM versions n WHERE n.id = " id \
    " AND n.revision > ?2 "                               \
    "ORDER BY n.revision LIMIT 1)"

constexpr const char* kObjects =
    "SELECT id, document, checksum, type, revision, schema FROM objects ORDER BY id";
constexpr const char* kChanges =
    "SELECT " XOS_VERSION_COLUMNS
    " FROM versions v JOIN commits c ON c.revision = v.revision WHERE v.place >= ? "
    "ORDER BY v.place";
constexpr const char* kVersions =
    "SELECT " XOS_VERSION_COLUMNS
    " FROM versions v JOIN commits c ON c.revision = v.revision WHERE v.id = ? AND "
    "v.revision < ? ORDER BY v.revision DESC LIMIT ?";
constexpr const char* kObjectAt =
    "SELECT " XOS_VERSION_COLUMNS ", " XOS_NEXT_PREVIOUS("?1")
    " FROM versions v JOIN commits c ON c.revision = v.revision WHERE v.id = ?1 AND "
    "v.revision <= ?2 ORDER BY v.revision DESC LIMIT 1";
constexpr const char* kNextPrevious = "SELECT " XOS_NEXT_PREVIOUS("?1");
// Without the LIMIT, SQLite drops the order of an inner SELECT.
constexpr const char* kTypeAt =
    "SELECT " XOS_VERSION_COLUMNS ", " XOS_NEXT_PREVIOUS("o.id") ", o.id FROM "
    "(SELECT id FROM objects WHERE type = ?1 UNION ALL SELECT id FROM versions "
    "WHERE type = ?1 AND kind IN ('purge', 'hidden purge') ORDER BY id LIMIT -1) o "
    "LEFT JOIN versions v ON v.place = (SELECT w.place FROM versions w WHERE w.id = o.id "
    "AND w.revision <= ?2 ORDER BY w.revision DESC LIMIT 1) "
    "LEFT JOIN commits c ON c.revision = v.revision";
constexpr int kNextPreviousColumn = 11;
constexpr int kObjectColumn = 12;

std::int64_t number(Revision revision) {
    return static_cast<std::int64_t>(revision.value);
}

Revision revision_in(const sqlite::Statement& row, int column) {
    return {static_cast<std::uint64_t>(row.integer(column))};
}

SchemaVersion schema_in(const sqlite::Statement& row, int column) {
    return {static_cast<std::uint32_t>(row.integer(column))};
}

/// Reads into an old version, so that a walk over many allocates little.
Result<void> read_version(const sqlite::Statement& row, Version& version) {
    version.id = {static_cast<std::uint64_t>(row.integer(0))};
    version.type = row.text(1);
    version.revision = revision_in(row, 2);
    version.previous = revision_in(row, 3);
    version.kind = TRY(parse_version_kind(row.text(4)));
    version.document = TRY(checked_document(row, 5, "versions"));
    version.schema = schema_in(row, 7);
    version.time = from_microseconds(row.integer(8));
    version.user = row.text(9);
    version.request = row.text(10);
    version.exact = true;
    return {};
}

bool is_exact(const sqlite::Statement& row, const Version& version) {
    return row.is_null(kNextPreviousColumn) ||
           revision_in(row, kNextPreviousColumn) == version.revision;
}

Error history_dropped(ObjectId id) {
    return {ErrorCode::Gone,
            "what object " + std::to_string(id.value) + " was then is no longer kept"};
}

SideRecord side_record(const sqlite::Statement& row) {
    SideRecord record{.kind = std::string(row.text(0)),
                      .key = std::string(row.text(1)),
                      .value = std::string(row.text(2))};
    if (!row.is_null(3))
        record.expires = from_microseconds(row.integer(3));
    return record;
}

}  // namespace

Result<std::unique_ptr<SqliteReader>> SqliteReader::open(const std::string& path,
                                                         const std::string& files) {
    auto connection = TRY(sqlite::Connection::open(path, files));
    TRY(connection.execute(
        "PRAGMA busy_timeout = 2000; PRAGMA query_only = 1; PRAGMA cache_size = -8192"));
    return std::unique_ptr<SqliteReader>(new SqliteReader(std::move(connection)));
}

Result<sqlite::Rows> SqliteReader::rows(const char* sql) {
    auto found = statements_.find(sql);
    if (found == statements_.end())
        found = statements_.emplace(sql, TRY(connection_.prepare(sql))).first;
    return sqlite::Rows(found->second);
}

Result<Revision> SqliteReader::for_each_object(const Engine::ObjectVisitor& visit) {
    const auto moment = TRY(sqlite::Transaction::begin_read(connection_));
    const auto head = TRY(connection_.integer("SELECT max(revision) FROM commits"));
    auto row = TRY(rows(kObjects));
    row->start();
    while (TRY(row->next())) {
        const std::string_view document = TRY(checked_document(*row, 1, "objects"));
        TRY(visit({.id = {static_cast<std::uint64_t>(row->integer(0))},
                   .type = row->text(3),
                   .revision = revision_in(*row, 4),
                   .schema = schema_in(*row, 5),
                   .document = document}));
    }
    return Revision{static_cast<std::uint64_t>(head)};
}

Result<void> SqliteReader::for_each_change(Revision since, const Engine::VersionVisitor& visit) {
    const auto moment = TRY(sqlite::Transaction::begin_read(connection_));
    const auto dropped = TRY(connection_.integer(
        "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'purges_dropped'"));
    if (number(since) < dropped) {
        return Error(ErrorCode::Gone, "changes after revision " + std::to_string(since.value) +
                                          " are no longer kept whole");
    }
    auto row = TRY(rows(kChanges));
    row->start((number(since) + 1) << kPlaceShift);
    Version version;
    while (TRY(row->next())) {
        TRY(read_version(*row, version));
        TRY(visit(version));
    }
    return {};
}

Result<std::vector<Version>> SqliteReader::versions(ObjectId id, Engine::Page page) {
    auto row = TRY(rows(kVersions));
    row->start(static_cast<std::int64_t>(id.value),
               page.before.has_value() ? number(*page.before) : INT64_MAX,
               static_cast<std::int64_t>(page.limit));
    std::vector<Version> versions;
    while (TRY(row->next()))
        TRY(read_version(*row, versions.emplace_back()));
    return versions;
}

Result<std::optional<Version>> SqliteReader::find_object(ObjectId id, Revision at) {
    const auto moment = TRY(sqlite::Transaction::begin_read(connection_));
    const auto key = static_cast<std::int64_t>(id.value);
    auto row = TRY(rows(kObjectAt));
    row->start(key, number(at));
    if (TRY(row->next())) {
        Version version;
        TRY(read_version(*row, version));
        version.exact = is_exact(*row, version);
        return version.is_purge() ? std::nullopt : std::optional(std::move(version));
    }
    auto next = TRY(rows(kNextPrevious));
    next->start(key, number(at));
    if (TRY(next->next()) && next->integer(0) != 0)
        return history_dropped(id);
    return std::optional<Version>();
}

Result<void> SqliteReader::for_each_object_at(std::string_view type, Revision at,
                                              const Engine::VersionVisitor& visit) {
    auto row = TRY(rows(kTypeAt));
    row->start(type, number(at));
    Version version;
    while (TRY(row->next())) {
        if (row->is_null(0)) {
            if (row->integer(kNextPreviousColumn) != 0)
                return history_dropped({static_cast<std::uint64_t>(row->integer(kObjectColumn))});
            continue;
        }
        TRY(read_version(*row, version));
        version.exact = is_exact(*row, version);
        if (!version.is_purge())
            TRY(visit(version));
    }
    return {};
}

Result<Revision> SqliteReader::oldest() {
    const auto oldest = TRY(connection_.integer("SELECT ifnull(min(revision), 0) FROM commits"));
    return Revision{static_cast<std::uint64_t>(oldest)};
}

Result<Revision> SqliteReader::revision_at(WallTime time) {
    const auto moment = TRY(sqlite::Transaction::begin_read(connection_));
    auto low = std::int64_t{0};
    auto high = TRY(connection_.integer("SELECT max(revision) FROM commits"));
    while (low < high) {
        const std::int64_t middle = low + (high - low + 1) / 2;
        // Commits of which nothing is left are dropped, but never the head.
        auto row =
            TRY(rows("SELECT revision, time FROM commits WHERE revision >= ? ORDER BY revision"));
        row->start(middle);
        if (!TRY(row->next()))
            return damage("the last commit is missing");
        if (row->integer(1) <= to_microseconds(time))
            low = row->integer(0);
        else
            high = middle - 1;
    }
    return Revision{static_cast<std::uint64_t>(low)};
}

Result<std::string> SqliteReader::get_schema(SchemaVersion version) {
    auto row = TRY(rows("SELECT text FROM schemas WHERE version = ?"));
    row->start(static_cast<std::int64_t>(version.value));
    if (!TRY(row->next())) {
        return Error(ErrorCode::NotFound,
                     "the journal has no schema version " + std::to_string(version.value));
    }
    return std::string(row->text(0));
}

Result<std::optional<SideRecord>> SqliteReader::find_side(std::string_view kind,
                                                          std::string_view key) {
    auto row = TRY(rows("SELECT kind, key, value, expires FROM side WHERE kind = ? AND key = ?"));
    row->start(kind, key);
    if (!TRY(row->next()))
        return std::optional<SideRecord>();
    return std::optional(side_record(*row));
}

Result<void> SqliteReader::for_each_side(std::string_view kind, const Engine::SideVisitor& visit) {
    auto row = TRY(rows("SELECT kind, key, value, expires FROM side WHERE kind = ? ORDER BY key"));
    row->start(kind);
    while (TRY(row->next()))
        TRY(visit(side_record(*row)));
    return {};
}

Result<void> SqliteReader::verify_documents(const char* sql, std::string_view table) {
    auto row = TRY(rows(sql));
    row->start();
    while (TRY(row->next()))
        TRY(checked_document(*row, 1, table));
    return {};
}

Result<void> SqliteReader::verify() {
    const auto moment = TRY(sqlite::Transaction::begin_read(connection_));
    TRY(connection_.check_structure());
    TRY(verify_documents("SELECT id, document, checksum FROM objects", "objects"));
    TRY(verify_documents("SELECT id, document, checksum FROM versions", "versions"));
    if (const auto id = TRY(connection_.integer(
            "SELECT id FROM objects o WHERE revision IS NOT "
            "(SELECT max(revision) FROM versions v WHERE v.id = o.id) LIMIT 1"));
        id != 0)
        return damage("object " + std::to_string(id) + " is not what its last version made of it");
    if (const auto id = TRY(connection_.integer(
            "SELECT id FROM versions WHERE revision NOT IN (SELECT revision FROM commits)"));
        id != 0)
        return damage("a version of object " + std::to_string(id) + " belongs to no commit");
    return {};
}

}  // namespace xos::journal
