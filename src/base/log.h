#pragma once

#include "base/error.h"
#include "base/result.h"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace xos {

enum class LogLevel : std::uint8_t { Debug, Info, Warning, Error };

/// The level with this name ("debug", "info", "warning", "error").
Result<LogLevel> parse_log_level(std::string_view name);

/// One `key=value` of a log line. It borrows texts and lives as long as the call that logs it.
struct LogField {
    using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;

    LogField(std::string_view key, std::string_view value) : key(key), value(value) {}
    LogField(std::string_view key, const std::string& value)
        : LogField(key, std::string_view(value)) {}
    LogField(std::string_view key, const char* value) : LogField(key, std::string_view(value)) {}
    LogField(std::string_view key, std::int64_t value) : key(key), value(value) {}
    LogField(std::string_view key, std::uint64_t value) : key(key), value(value) {}
    LogField(std::string_view key, int value) : key(key), value(std::int64_t{value}) {}
    LogField(std::string_view key, double value) : key(key), value(value) {}
    LogField(std::string_view key, bool value) : key(key), value(value) {}
    /// The message of an error.
    LogField(std::string_view key, const Error& error) : LogField(key, error.message()) {}

    std::string_view key;
    Value value;
};

struct LogOptions {
    LogLevel level = LogLevel::Info;
    /// Who logs, such as "kernel"; left out of the line when empty.
    std::string part = {};
    /// Gets each line without its end, one call at a time, in place of standard error.
    std::function<void(std::string_view line)> write = {};
};

/// A stream of lines for operators and programs, one event a line:
///
///     time=2024-01-01T00:00:00.000000Z level=info part=kernel message="commit done" revision=7
///
/// Values with spaces, quotes or control characters are quoted as in JSON, so an event never spans
/// lines and input cannot forge one. Each process makes one Log and passes it by reference; parts
/// share its target and level. Never log secrets. Thread-safe.
class Log {
public:
    using Fields = std::initializer_list<LogField>;

    explicit Log(LogOptions options = {});
    ~Log();
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    /// A log of its own name on the same target, usable also when this one is gone.
    std::unique_ptr<Log> part(std::string name) const;

    void debug(std::string_view message, Fields fields = {});
    void info(std::string_view message, Fields fields = {});
    /// What an operator may want to look at.
    void warning(std::string_view message, Fields fields = {});
    /// What an operator must look at.
    void error(std::string_view message, Fields fields = {});

    /// Drops lines below `level` in this log and all its parts.
    void set_level(LogLevel level);
    bool is_enabled(LogLevel level) const;

private:
    struct State;

    explicit Log(std::unique_ptr<State> state);
    void write(LogLevel level, std::string_view message, Fields fields);

    const std::unique_ptr<State> state_;
};

}  // namespace xos
