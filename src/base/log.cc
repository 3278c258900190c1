#include "base/log.h"

#include "base/json.h"
#include "base/system_clock.h"
#include "base/text.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <mutex>

namespace xos {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warning", "error"};

std::string_view name_of(LogLevel level) {
    return kLevelNames[static_cast<std::size_t>(level)];
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
    switch (level) {
        case LogLevel::Debug: return spdlog::level::debug;
        case LogLevel::Info: return spdlog::level::info;
        case LogLevel::Warning: return spdlog::level::warn;
        case LogLevel::Error: return spdlog::level::err;
    }
    return spdlog::level::info;
}

/// Hands lines to a function, one at a time.
class FunctionSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    explicit FunctionSink(std::function<void(std::string_view)> write) : write_(std::move(write)) {}

private:
    void sink_it_(const spdlog::details::log_msg& message) override {
        write_({message.payload.data(), message.payload.size()});
    }
    void flush_() override {}

    std::function<void(std::string_view)> write_;
};

std::shared_ptr<spdlog::sinks::sink> make_sink(LogOptions& options) {
    if (options.write)
        return std::make_shared<FunctionSink>(std::move(options.write));
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    sink->set_formatter(std::make_unique<spdlog::pattern_formatter>("%v"));
    return sink;
}

bool needs_quotes(std::string_view text) {
    if (text.empty())
        return true;
    for (char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= ' ' || byte >= 0x7F || c == '"' || c == '=' || c == '\\')
            return true;
    }
    return false;
}

struct AppendValue {
    std::string& out;

    void operator()(std::string_view text) const {
        if (needs_quotes(text))
            JsonWriter(out).value(text);
        else
            out.append(text);
    }
    template <class Number>
    void operator()(Number number) const {
        JsonWriter(out).value(number);
    }
};

}  // namespace

/// spdlog carries lines to their target and filters by level; what a line looks like is decided
/// here. All parts share the sink, which therefore holds the level.
struct Log::State {
    State(std::string part, std::shared_ptr<spdlog::sinks::sink> sink)
        : logger(std::move(part), std::move(sink)) {
        logger.set_level(spdlog::level::trace);
    }

    spdlog::sinks::sink& sink() const { return *logger.sinks().front(); }

    spdlog::logger logger;
    SystemWallClock clock;
};

Result<LogLevel> parse_log_level(std::string_view name) {
    for (std::size_t i = 0; i < kLevelNames.size(); ++i) {
        if (kLevelNames[i] == name)
            return static_cast<LogLevel>(i);
    }
    return Error{ErrorCode::Malformed, "log level \"" + std::string(name) +
                                           "\" is not one of debug, info, warning, error"};
}

Log::Log(LogOptions options) : Log(std::make_unique<State>(options.part, make_sink(options))) {
    set_level(options.level);
}

Log::Log(std::unique_ptr<State> state) : state_(std::move(state)) {}

Log::~Log() = default;

std::unique_ptr<Log> Log::part(std::string name) const {
    auto state = std::make_unique<State>(std::move(name), state_->logger.sinks().front());
    return std::unique_ptr<Log>(new Log(std::move(state)));
}

void Log::debug(std::string_view message, Fields fields) {
    write(LogLevel::Debug, message, fields);
}

void Log::info(std::string_view message, Fields fields) {
    write(LogLevel::Info, message, fields);
}

void Log::warning(std::string_view message, Fields fields) {
    write(LogLevel::Warning, message, fields);
}

void Log::error(std::string_view message, Fields fields) {
    write(LogLevel::Error, message, fields);
}

void Log::set_level(LogLevel level) {
    state_->sink().set_level(to_spdlog(level));
}

bool Log::is_enabled(LogLevel level) const {
    return state_->sink().should_log(to_spdlog(level));
}

void Log::write(LogLevel level, std::string_view message, Fields fields) {
    if (!is_enabled(level))
        return;
    std::string line = "time=" + format_time(state_->clock.now());
    line.append(" level=").append(name_of(level));
    if (!state_->logger.name().empty())
        line.append(" part=").append(state_->logger.name());
    line.append(" message=");
    AppendValue{line}(message);
    for (const LogField& field : fields) {
        line.append(" ").append(field.key).append("=");
        std::visit(AppendValue{line}, field.value);
    }
    state_->logger.log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace xos
