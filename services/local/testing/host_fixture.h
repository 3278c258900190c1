#pragma once

#include "services/local/cloud.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#define REQUIRE_OK(...)                                                                           \
    do {                                                                                          \
        const auto& checked_result = (__VA_ARGS__);                                               \
        REQUIRE_MESSAGE(checked_result.has_value(), ::xos::local::testing::said(checked_result)); \
    } while (false)

namespace xos::local::testing {

/// Whether this process cannot test on the real host; says so once.
bool skipped();

template <class T>
std::string said(const Result<T>& result) {
    return result ? std::string() : result.error().message();
}

/// A host of its own for a test: folders, and a network namespace that plays the host's. All is
/// removed at the end, the cloud included.
class HostFixture {
public:
    explicit HostFixture(std::string lineage = "test");
    ~HostFixture();

    std::unique_ptr<Cloud> open() const;
    const CloudOptions& options() const { return options_; }

    /// An instance of the built-in image without ports.
    InstanceSpec instance(const Cloud& cloud, std::uint64_t id) const;
    PortSpec port(std::uint64_t id, std::uint64_t network, int number,
                  const std::string& address) const;

    /// What a shell command prints in an instance, and in the namespace that plays the host's.
    std::string inside(const Cloud& cloud, std::uint64_t instance,
                       const std::string& command) const;
    std::string outside(const std::string& command) const;

private:
    std::string folder_;
    CloudOptions options_;
};

}  // namespace xos::local::testing
