#include "journal/sqlite_format.h"

#include "journal/checksum.h"

namespace xos::journal {

namespace {

// Each index is paid for in every append. `versions` grows at its end only, `versions_by_object`
// answers history and "as of", and the partial indexes have entries for what is rare.
constexpr const char* kTables = R"sql(
CREATE TABLE meta(
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE schemas(
    version INTEGER PRIMARY KEY,
    text TEXT NOT NULL
);
CREATE TABLE commits(
    revision INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    user TEXT NOT NULL,
    request TEXT NOT NULL,
    schema INTEGER NOT NULL
);
CREATE TABLE objects(
    id INTEGER PRIMARY KEY,
    type TEXT NOT NULL,
    revision INTEGER NOT NULL,
    schema INTEGER NOT NULL,
    document TEXT NOT NULL,
    checksum INTEGER
);
CREATE INDEX objects_by_type ON objects(type);
CREATE TABLE versions(
    place INTEGER PRIMARY KEY,
    id INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    previous INTEGER NOT NULL,
    type TEXT NOT NULL,
    kind TEXT NOT NULL,
    document TEXT,
    checksum INTEGER
);
CREATE UNIQUE INDEX versions_by_object ON versions(id, revision, kind);
CREATE INDEX versions_of_purges ON versions(type, id) WHERE kind IN ('purge', 'hidden purge');
CREATE INDEX versions_to_drop ON versions(place)
    WHERE kind IN ('feedback', 'hidden', 'hidden purge');
CREATE TABLE side(
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    expires INTEGER,
    UNIQUE(kind, key)
);
CREATE INDEX side_by_expiry ON side(expires) WHERE expires IS NOT NULL;
CREATE VIEW history AS
    SELECT id, type, revision, kind, strftime('%Y-%m-%d %H:%M:%f', time / 1e6, 'unixepoch') AS time,
           user, request, document
    FROM versions JOIN commits USING(revision) ORDER BY place;
)sql";

constexpr VersionKind kKinds[] = {VersionKind::Declarative, VersionKind::Feedback,
                                  VersionKind::Hidden, VersionKind::Purge,
                                  VersionKind::HiddenPurge};

Result<void> create_tables(sqlite::Connection& connection, std::string_view lineage) {
    auto transaction = TRY(sqlite::Transaction::begin(connection));
    TRY(connection.execute(kTables));
    auto set = TRY(connection.prepare("INSERT INTO meta(name, value) VALUES(?, ?)"));
    TRY(set.run(std::string_view("lineage"), lineage));
    TRY(set.run(std::string_view("highest_id"), std::string_view("0")));
    TRY(set.run(std::string_view("purges_dropped"), std::string_view("0")));
    TRY(connection.execute("PRAGMA application_id = " + std::to_string(kApplicationId)));
    TRY(connection.execute("PRAGMA user_version = " + std::to_string(kFormat)));
    return transaction.commit();
}

}  // namespace

Result<VersionKind> parse_version_kind(std::string_view text) {
    for (const VersionKind kind : kKinds) {
        if (to_string(kind) == text)
            return kind;
    }
    return damage("a version of kind \"" + std::string(text) + "\"");
}

Result<void> prepare_format(sqlite::Connection& connection, std::string_view lineage) {
    const auto application = TRY(connection.integer("PRAGMA application_id"));
    const auto format = TRY(connection.integer("PRAGMA user_version"));
    const auto tables = TRY(connection.integer("SELECT count(*) FROM sqlite_schema"));
    if (tables == 0 && format == 0)
        return create_tables(connection, lineage);
    if (application != kApplicationId)
        return Error(ErrorCode::Conflict, "this database is not a journal of XOS");
    if (format > kFormat) {
        return Error(ErrorCode::Conflict, "the journal has format " + std::to_string(format) +
                                              ", and this program knows formats up to " +
                                              std::to_string(kFormat) + ": use a newer one");
    }
    return {};
}

Result<std::string_view> checked_document(const sqlite::Statement& row, int column,
                                          std::string_view table) {
    const std::string_view document = row.text(column);
    // A checksum that is NULL is one that a person took away to edit the row.
    if (!row.is_null(column + 1) && row.integer(column + 1) != checksum(document)) {
        return damage("the document of object " + std::to_string(row.integer(0)) + " in table " +
                      std::string(table) + " does not match its checksum");
    }
    return document;
}

}  // namespace xos::journal
