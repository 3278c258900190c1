#include "journal/sqlite.h"

#include <sqlite3.h>

#include <cstdlib>

namespace xos::journal {

Error damage(std::string_view what) {
    return {ErrorCode::Internal,
            "the journal is damaged: " + std::string(what) +
                "; put a backup of journal.db in its place, or save what can be read with "
                "\"sqlite3 journal.db .recover\""};
}

namespace sqlite {

namespace {

ErrorCode code_of(int code) {
    switch (code & 0xff) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_ERROR:
        case SQLITE_MISUSE:
        case SQLITE_CONSTRAINT:
        case SQLITE_MISMATCH:
        case SQLITE_RANGE: return ErrorCode::Internal;
        default: return ErrorCode::Unavailable;
    }
}

Error failure(sqlite3* database, int code) {
    std::string message = database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code);
    if (const int number = database != nullptr ? sqlite3_system_errno(database) : 0; number != 0)
        message += " (system error " + std::to_string(number) + ")";
    if ((code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB)
        return damage(message);
    return {code_of(code), std::move(message)};
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

Result<bool> Statement::next() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW)
        return true;
    if (code == SQLITE_DONE)
        return false;
    return failure(sqlite3_db_handle(statement_.get()), code);
}

Result<void> Statement::finish() {
    const int code = sqlite3_step(statement_.get());
    Result<void> result;
    if (code != SQLITE_DONE && code != SQLITE_ROW)
        result = failure(sqlite3_db_handle(statement_.get()), code);
    reset();
    return result;
}

void Statement::reset() {
    sqlite3_reset(statement_.get());
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::string_view Statement::text(int column) const {
    const auto* text = sqlite3_column_text(statement_.get(), column);
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(text ? size : 0)};
}

void Statement::bind(int index, std::int64_t value) {
    sqlite3_bind_int64(statement_.get(), index, value);
}

void Statement::bind(int index, std::string_view value) {
    // A text of null is NULL to SQLite, and an empty string_view may well point nowhere.
    const char* text = value.data() != nullptr ? value.data() : "";
    sqlite3_bind_text(statement_.get(), index, text, static_cast<int>(value.size()), SQLITE_STATIC);
}

void Statement::bind(int index, std::nullptr_t) {
    sqlite3_bind_null(statement_.get(), index);
}

void Statement::bind(int index, const std::optional<std::int64_t>& value) {
    if (value.has_value())
        bind(index, *value);
    else
        bind(index, nullptr);
}

void Connection::Close::operator()(sqlite3* database) const {
    sqlite3_close_v2(database);
}

Result<Connection> Connection::open(const std::string& path, const std::string& files) {
    sqlite3* database = nullptr;
    const int code = sqlite3_open_v2(
        path.c_str(), &database,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE,
        files.empty() ? nullptr : files.c_str());
    Connection connection(database);
    if (code != SQLITE_OK)
        return failure(database, code).in(path);
    sqlite3_extended_result_codes(database, 1);
    return connection;
}

Result<void> Connection::execute(const std::string& sql) {
    const int code = sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        return failure(database_.get(), code);
    return {};
}

Result<Statement> Connection::prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK)
        return failure(database_.get(), code);
    return Statement(statement);
}

Result<std::int64_t> Connection::integer(std::string_view sql) {
    Statement statement = TRY(prepare(sql));
    const bool found = TRY(statement.next());
    return found ? statement.integer(0) : 0;
}

Result<std::string> Connection::text(std::string_view sql) {
    Statement statement = TRY(prepare(sql));
    const bool found = TRY(statement.next());
    return std::string(found ? statement.text(0) : "");
}

Result<void> Connection::check_structure() {
    std::string found;
    // A page that cannot be read counts as damage to SQLite. So the files are read by hand then,
    // and if that is well it gets a second chance.
    for (int attempt = 0; attempt < 2; ++attempt) {
        found = TRY(text("PRAGMA quick_check(1)"));
        if (found == "ok")
            return {};
        if (!is_readable())
            return Error(ErrorCode::Unavailable, "the journal cannot be read");
    }
    return damage(found);
}

bool Connection::is_readable() {
    for (const int which : {SQLITE_FCNTL_FILE_POINTER, SQLITE_FCNTL_JOURNAL_POINTER}) {
        sqlite3_file* file = nullptr;
        sqlite3_file_control(database_.get(), "main", which, &file);
        if (file == nullptr || file->pMethods == nullptr)
            continue;
        sqlite3_int64 size = 0;
        if (file->pMethods->xFileSize(file, &size) != SQLITE_OK)
            return false;
        char bytes[4096];
        for (sqlite3_int64 offset = 0; offset < size; offset += sizeof bytes) {
            const auto part = std::min<sqlite3_int64>(sizeof bytes, size - offset);
            if (file->pMethods->xRead(file, bytes, static_cast<int>(part), offset) != SQLITE_OK)
                return false;
        }
    }
    return true;
}

int Connection::changes() const {
    return sqlite3_changes(database_.get());
}

bool Connection::in_transaction() const {
    return sqlite3_get_autocommit(database_.get()) == 0;
}

void Connection::watch_log(std::atomic<int>& frames) {
    // The hook takes the place of SQLite's own, which checkpoints within the commit.
    const auto store = [](void* place, sqlite3*, const char*, int count) {
        static_cast<std::atomic<int>*>(place)->store(count, std::memory_order_relaxed);
        return SQLITE_OK;
    };
    sqlite3_wal_hook(database_.get(), store, &frames);
}

Result<LogSize> Connection::checkpoint(Checkpoint kind) {
    LogSize size;
    const int mode =
        kind == Checkpoint::Reset ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
    const int code =
        sqlite3_wal_checkpoint_v2(database_.get(), nullptr, mode, &size.frames, &size.moved);
    if (code != SQLITE_OK && code != SQLITE_BUSY)
        return failure(database_.get(), code);
    if (kind == Checkpoint::Reset && size.frames == 0)
        TRY(sync_log());
    return size;
}

Result<void> Connection::sync_log() {
    sqlite3_file* file = nullptr;
    sqlite3_file_control(database_.get(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
    if (file == nullptr || file->pMethods == nullptr)
        return {};
    if (const int code = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL); code != SQLITE_OK)
        return failure(nullptr, code);
    return {};
}

Result<Transaction> Transaction::begin(Connection& connection) {
    TRY(connection.execute("BEGIN IMMEDIATE"));
    return Transaction(connection);
}

Result<Transaction> Transaction::begin_read(Connection& connection) {
    TRY(connection.execute("BEGIN"));
    return Transaction(connection);
}

Transaction::~Transaction() {
    // Many failures roll back by themselves, and a second time would be a failure of its own.
    if (connection_ != nullptr && connection_->in_transaction())
        (void)connection_->execute("ROLLBACK");
}

Result<void> Transaction::commit() {
    return connection_->execute("COMMIT");
}

}  // namespace sqlite

}  // namespace xos::journal
