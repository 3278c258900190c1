#include "journal/sqlite_writer.h"

#include "journal/checksum.h"
#include "journal/sqlite_format.h"
#include "journal/sqlite_views.h"

#include <algorithm>

namespace xos::journal {

SqliteWriter::SqliteWriter(sqlite::Connection connection, Statements statements)
    : connection_(std::move(connection)), statements_(std::move(statements)) {}

Result<SqliteWriter> SqliteWriter::open(const std::string& path, const std::string& files,
                                        std::string_view lineage) {
    auto connection = TRY(sqlite::Connection::open(path, files));
    TRY(
        connection.execute("PRAGMA busy_timeout = 2000; PRAGMA synchronous = FULL;"
                           "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536"));
    TRY(prepare_format(connection, lineage));
    if (const auto mode = TRY(connection.text("PRAGMA journal_mode = WAL")); mode != "wal")
        return Error(ErrorCode::Unavailable, "\"" + path + "\" cannot have a write-ahead log");
    TRY(connection.execute("PRAGMA journal_size_limit = 67108864"));
    auto insert_commit = TRY(connection.prepare(
        "INSERT INTO commits(revision, time, user, request, schema) VALUES(?, ?, ?, ?, ?)"));
    auto insert_version = TRY(connection.prepare(
        "INSERT INTO versions(place, id, revision, previous, type, kind, document, checksum) "
        "VALUES(?1, ?2, ?3, ifnull((SELECT revision FROM objects WHERE id = ?2), 0), "
        "?4, ?5, ?6, ?7)"));
    auto put_object = TRY(connection.prepare(
        "INSERT INTO objects(id, type, revision, schema, document, checksum) "
        "VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT(id) DO UPDATE SET revision = excluded.revision, "
        "schema = excluded.schema, document = excluded.document, checksum = excluded.checksum"));
    auto delete_object = TRY(connection.prepare("DELETE FROM objects WHERE id = ?"));
    auto put_side = TRY(connection.prepare(
        "INSERT OR REPLACE INTO side(kind, key, value, expires) VALUES(?, ?, ?, ?)"));
    return SqliteWriter(std::move(connection), {.insert_commit = std::move(insert_commit),
                                                .insert_version = std::move(insert_version),
                                                .put_object = std::move(put_object),
                                                .delete_object = std::move(delete_object),
                                                .put_side = std::move(put_side)});
}

Result<void> SqliteWriter::append(std::span<const Commit> batch) {
    auto transaction = TRY(sqlite::Transaction::begin(connection_));
    for (const Commit& commit : batch)
        TRY(write_commit(commit));
    return transaction.commit();
}

Result<void> SqliteWriter::write_commit(const Commit& commit) {
    TRY(statements_.insert_commit.run(static_cast<std::int64_t>(commit.revision.value),
                                      to_microseconds(commit.time), std::string_view(commit.user),
                                      std::string_view(commit.request),
                                      std::int64_t{commit.schema.value}));
    for (std::size_t i = 0; i < commit.changes.size(); ++i)
        TRY(write_change(commit, i));
    for (const SideRecord& record : commit.side) {
        std::optional<std::int64_t> expires;
        if (record.expires.has_value())
            expires = to_microseconds(*record.expires);
        TRY(statements_.put_side.run(std::string_view(record.kind), std::string_view(record.key),
                                     std::string_view(record.value), expires));
    }
    return {};
}

Result<void> SqliteWriter::write_change(const Commit& commit, std::size_t position) {
    const Change& change = commit.changes[position];
    const VersionKind kind = kind_of(change);
    const auto id = static_cast<std::int64_t>(change.id.value);
    const auto revision = static_cast<std::int64_t>(commit.revision.value);
    const auto place = (revision << kPlaceShift) + static_cast<std::int64_t>(position);
    const std::string_view type = change.type;
    const std::int64_t sum = checksum(change.document);

    if (has_document(kind)) {
        const std::string_view shown =
            change.history_document.has_value() ? *change.history_document : change.document;
        const std::int64_t shown_sum =
            change.history_document.has_value() ? std::int64_t{checksum(shown)} : sum;
        TRY(statements_.insert_version.run(place, id, revision, type, to_string(kind), shown,
                                           shown_sum));
    } else {
        TRY(statements_.insert_version.run(place, id, revision, type, to_string(kind), nullptr,
                                           nullptr));
    }
    if (!change.is_purge()) {
        return statements_.put_object.run(id, type, revision, std::int64_t{commit.schema.value},
                                          std::string_view(change.document), sum);
    }
    TRY(statements_.delete_object.run(id));
    XOS_CHECK(connection_.changes() == 1, "a purge of an object that is not live");
    return {};
}

Result<SchemaVersion> SqliteWriter::add_schema(std::string_view text) {
    auto transaction = TRY(sqlite::Transaction::begin(connection_));
    auto find = TRY(connection_.prepare("SELECT version FROM schemas WHERE text = ?"));
    find.start(text);
    if (TRY(find.next()))
        return SchemaVersion{static_cast<std::uint32_t>(find.integer(0))};
    find.reset();
    auto insert = TRY(connection_.prepare("INSERT INTO schemas(text) VALUES(?)"));
    TRY(insert.run(text));
    const auto version = TRY(connection_.integer("SELECT max(version) FROM schemas"));
    TRY(transaction.commit());
    return SchemaVersion{static_cast<std::uint32_t>(version)};
}

Result<void> SqliteWriter::set_meta(std::string_view name, const std::string& value) {
    auto set = TRY(connection_.prepare("UPDATE meta SET value = ?2 WHERE name = ?1"));
    return set.run(name, std::string_view(value));
}

Result<void> SqliteWriter::begin_lineage(std::string_view lineage, ObjectId highest) {
    auto transaction = TRY(sqlite::Transaction::begin(connection_));
    TRY(set_meta("lineage", std::string(lineage)));
    TRY(set_meta("highest_id", std::to_string(highest.value)));
    return transaction.commit();
}

Result<std::size_t> SqliteWriter::expire_side(WallTime now) {
    auto expire = TRY(connection_.prepare(
        "DELETE FROM side WHERE number IN "
        "(SELECT number FROM side WHERE expires IS NOT NULL AND expires <= ? LIMIT 200)"));
    TRY(expire.run(to_microseconds(now)));
    return static_cast<std::size_t>(connection_.changes());
}

Result<void> SqliteWriter::keep_views(std::span<const Shape> shapes) {
    return journal::keep_views(connection_, shapes);
}

Result<void> SqliteWriter::write_nothing() {
    return connection_.execute("UPDATE meta SET value = value WHERE name = 'lineage'");
}

Result<std::string> SqliteWriter::lineage() {
    return connection_.text("SELECT value FROM meta WHERE name = 'lineage'");
}

Result<Revision> SqliteWriter::head() {
    const auto head = TRY(connection_.integer("SELECT max(revision) FROM commits"));
    const auto place = TRY(connection_.integer("SELECT max(place) FROM versions"));
    if (place >> kPlaceShift > head)
        return damage("the last commit is missing");
    return Revision{static_cast<std::uint64_t>(head)};
}

Result<ObjectId> SqliteWriter::highest_id() {
    const auto highest = TRY(connection_.integer(
        "SELECT max((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'highest_id'), "
        "ifnull((SELECT max(id) FROM objects), 0), ifnull((SELECT max(id) FROM versions), 0))"));
    return ObjectId{static_cast<std::uint64_t>(highest)};
}

bool SqliteWriter::discard_tail() {
    // Without waiting for readers: it can be done later, and the next append does it as well.
    (void)connection_.execute("PRAGMA busy_timeout = 0");
    const auto emptied = connection_.checkpoint(sqlite::Connection::Checkpoint::Reset);
    (void)connection_.execute("PRAGMA busy_timeout = 2000");
    return emptied.has_value() && emptied->frames == 0;
}

}  // namespace xos::journal
