#include "base/log.h"

#include "base/text.h"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

namespace xos {
namespace {

/// A log that keeps its lines, without their time.
struct Captured {
    explicit Captured(LogLevel level = LogLevel::Info)
        : log({.level = level, .part = "test", .write = [this](std::string_view line) {
                   lines.emplace_back(line.substr(line.find(' ') + 1));
                   times.emplace_back(line.substr(0, line.find(' ')));
               }}) {}

    std::vector<std::string> lines;
    std::vector<std::string> times;
    Log log;
};

TEST_CASE("a line has time, level, part, message and fields") {
    Captured out;
    const std::string name = "lab";
    out.log.info("commit done", {{"revision", std::uint64_t{7}},
                                 {"slice", name},
                                 {"took", 0.5},
                                 {"first", true},
                                 {"delta", -3}});
    REQUIRE(out.lines.size() == 1);
    CHECK(out.lines[0] ==
          "level=info part=test message=\"commit done\" revision=7 slice=lab took=0.5 first=true "
          "delta=-3");
    CHECK(out.times[0].starts_with("time="));
    CHECK(parse_time(std::string_view(out.times[0]).substr(5)).has_value());
}

TEST_CASE("values cannot forge a line or a field") {
    Captured out;
    out.log.warning("refused", {{"name", "a\nlevel=error"},
                                {"empty", ""},
                                {"quote", "\""},
                                {"pair", "a=b"},
                                {"bytes", "\xFF"}});
    REQUIRE(out.lines.size() == 1);
    CHECK(out.lines[0] ==
          "level=warning part=test message=refused name=\"a\\nlevel=error\" empty=\"\" "
          "quote=\"\\\"\" pair=\"a=b\" bytes=\"\xEF\xBF\xBD\"");
}

TEST_CASE("lines below the level are dropped, in parts as well") {
    Captured out;
    const auto part = out.log.part("kernel");
    part->debug("no");
    out.log.set_level(LogLevel::Debug);
    part->debug("yes");
    out.log.set_level(LogLevel::Error);
    part->warning("no");
    CHECK(!part->is_enabled(LogLevel::Warning));
    part->error("failed", {{"error", Error{ErrorCode::Conflict, "name is taken"}}});
    CHECK(out.lines == std::vector<std::string>{
                           "level=debug part=kernel message=yes",
                           "level=error part=kernel message=failed error=\"name is taken\""});
}

TEST_CASE("braces in a message are text") {
    Captured out;
    out.log.info("{} {0} {");
    CHECK(out.lines == std::vector<std::string>{"level=info part=test message=\"{} {0} {\""});
}

TEST_CASE("levels have names") {
    CHECK(parse_log_level("warning").value() == LogLevel::Warning);
    CHECK(!parse_log_level("loud").has_value());
}

TEST_CASE("threads do not mix their lines") {
    Captured out;
    const auto work = [&](std::string_view name) {
        for (int i = 0; i < 200; ++i)
            out.log.info(name, {{"i", i}});
    };
    std::thread first(work, "first");
    std::thread second(work, "second");
    first.join();
    second.join();
    CHECK(out.lines.size() == 400);
}

}  // namespace
}  // namespace xos
