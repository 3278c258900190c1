#include "synchronizer/plugin_loader.h"

#include "base/system_clock.h"
#include "base/testing/temporary_directory.h"

#include <doctest/doctest.h>

namespace xos::synchronizer {
namespace {

const std::string kPlugins = XOS_TEST_PLUGINS;

class NoRequests final : public Requests {
public:
    Result<void> read_content(const schema::Type&, ObjectId,
                              std::function<Result<void>(std::string_view)>) override {
        return Error{ErrorCode::NotFound, "there is none"};
    }
    Result<std::string> read_secret(ObjectId, std::string_view) override {
        return Error{ErrorCode::NotFound, "there is none"};
    }
};

TEST_CASE("a plug-in is loaded and makes its driver") {
    const auto plugin = load_plugin(kPlugins + "/file_driver.so");
    REQUIRE(plugin);
    const TemporaryDirectory dir;
    const SystemClock clock;
    SystemRandom random;
    Log log;
    NoRequests requests;
    const auto driver = (*plugin)->create_driver({.service_dir = dir.path(),
                                                  .data_dir = dir.path(),
                                                  .lineage = "test",
                                                  .clock = clock,
                                                  .random = random,
                                                  .log = log,
                                                  .requests = requests});
    REQUIRE(driver);
    CHECK((*driver)->find_actuator("file") != nullptr);
    CHECK((*driver)->find_actuator("other") == nullptr);
}

TEST_CASE("what is no plug-in of this version is refused with the reason") {
    const auto missing = load_plugin(kPlugins + "/missing.so");
    REQUIRE(!missing);
    CHECK(missing.error().code() == ErrorCode::NotFound);
    const auto old = load_plugin(kPlugins + "/old_plugin.so");
    REQUIRE(!old);
    CHECK(old.error().message().find("has version 0, wanted 1") != std::string::npos);
    const auto none = load_plugin(kPlugins + "/no_plugin.so");
    REQUIRE(!none);
    CHECK(none.error().message().find("is no plug-in") != std::string::npos);
    CHECK(!load_plugin("/dev/null"));
}

}  // namespace
}  // namespace xos::synchronizer
