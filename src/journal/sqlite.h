#pragma once

#include "base/result.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;

namespace xos::journal {

/// The error for what is stored and cannot be right: says what to do.
Error damage(std::string_view what);

// SQLite behind types of ours, so that its header is seen by sqlite.cc alone.
namespace sqlite {

/// A prepared statement of one connection, which must outlive it. Not thread-safe.
///
/// Parameters are `std::int64_t`, `std::string_view` or nullptr. Texts are borrowed until the
/// statement is done.
class Statement {
public:
    explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

    /// Binds all parameters in order and runs to the end.
    template <class... Parameters>
    Result<void> run(const Parameters&... parameters) {
        start(parameters...);
        return finish();
    }

    /// Binds all parameters in order. `next` then gives one row after the other.
    template <class... Parameters>
    void start(const Parameters&... parameters) {
        reset();
        int index = 0;
        (bind(++index, parameters), ...);
    }
    /// Whether there is another row; its columns can be read till the next call.
    Result<bool> next();
    /// Ends it early. What it borrowed is no longer needed.
    void reset();

    std::int64_t integer(int column) const;
    bool is_null(int column) const;
    std::string_view text(int column) const;

private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };

    Result<void> finish();
    void bind(int index, std::int64_t value);
    void bind(int index, std::string_view value);
    void bind(int index, std::nullptr_t);
    void bind(int index, const std::optional<std::int64_t>& value);

    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// A statement that is being read, and is ended when this goes out of scope.
class Rows {
public:
    explicit Rows(Statement& statement) : statement_(&statement) {}
    Rows(Rows&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
    Rows& operator=(Rows&&) = delete;
    ~Rows() {
        if (statement_ != nullptr)
            statement_->reset();
    }

    Statement* operator->() const { return statement_; }
    const Statement& operator*() const { return *statement_; }

private:
    Statement* statement_;
};

/// What `checkpoint` found: frames in the log, and how many of them are in the database. Both are
/// negative when it did nothing because another connection was at it.
struct LogSize {
    int frames = 0;
    int moved = 0;
};

/// One connection to a database file. Used by one thread at a time.
class Connection {
public:
    /// Opens the file, which is made when there is none. `files` names the layer of file access
    /// to use; empty is the system's.
    static Result<Connection> open(const std::string& path, const std::string& files = "");

    /// Runs statements that give no rows, or whose rows nobody wants.
    Result<void> execute(const std::string& sql);
    Result<Statement> prepare(std::string_view sql);
    /// Unavailable when the file cannot be read, Internal when SQLite's structures in it are
    /// damaged.
    Result<void> check_structure();
    /// The first column of the first row.
    Result<std::int64_t> integer(std::string_view sql);
    Result<std::string> text(std::string_view sql);

    /// Rows that the last statement changed.
    int changes() const;
    /// Whether a transaction is open.
    bool in_transaction() const;
    /// From now on nothing is moved out of the log but by `checkpoint`, and each commit on this
    /// connection stores the length of the log in `frames`, which must outlive it.
    void watch_log(std::atomic<int>& frames);
    /// Moves what it can from the log to the database without waiting for anybody. With `reset`,
    /// the log is also emptied, durably, if no other connection is reading it.
    enum class Checkpoint { Passive, Reset };
    Result<LogSize> checkpoint(Checkpoint kind);

private:
    /// SQLite itself does not make it durable that the log is empty.
    Result<void> sync_log();
    /// Whether all bytes of the database and its log can be read.
    bool is_readable();

    struct Close {
        void operator()(sqlite3* database) const;
    };

    explicit Connection(sqlite3* database) : database_(database) {}

    std::unique_ptr<sqlite3, Close> database_;
};

/// A transaction: rolled back when it goes out of scope before `commit` has succeeded.
class Transaction {
public:
    /// One that writes: waits for others that write.
    static Result<Transaction> begin(Connection& connection);
    /// One that only reads, and sees one moment.
    static Result<Transaction> begin_read(Connection& connection);
    Transaction(Transaction&& other) noexcept
        : connection_(std::exchange(other.connection_, nullptr)) {}
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();

    Result<void> commit();

private:
    explicit Transaction(Connection& connection) : connection_(&connection) {}

    Connection* connection_;
};

}  // namespace sqlite

}  // namespace xos::journal
