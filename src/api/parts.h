#pragma once

#include "base/clock.h"
#include "base/crypto.h"
#include "base/wall_clock.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace xos {
class Log;
class Metrics;
class Random;
}  // namespace xos
namespace xos::kernel {
class Kernel;
}
namespace xos::supervisor {
class Link;
}

namespace xos::api {

class Executor;

/// Settings of the API.
struct Options {
    Duration session_lifetime = std::chrono::hours(24);
    Duration credential_memory = std::chrono::seconds(60);
    std::uint64_t body_limit = 16U << 20U;
    std::uint64_t transaction_limit = 64U << 20U;
    std::uint64_t content_limit = std::uint64_t{256} << 30U;
    std::size_t most_operations = 50'000;
    std::size_t most_open = 12'000;         ///< Requests and streams of one principal at a time.
    std::size_t watch_memory = 64U << 20U;  ///< Of changes kept for streams that resume.
    std::size_t text_memory = 64U << 20U;   ///< Of objects kept as text.
    Duration task_timeout = std::chrono::seconds(2);
    Duration ready_timeout = std::chrono::seconds(60);  ///< How long `ready_at` waits.
    /// Signs the tokens of plans; without one they are good until the process ends.
    std::optional<SecretKey> plan_key;
    std::string content_directory;  ///< Exists; holds uploaded content by its SHA-256.
};

/// What the API works with. All must outlive it.
struct Parts {
    kernel::Kernel& kernel;
    const Clock& clock;
    const WallClock& wall_clock;
    Random& random;
    Log& log;
    Metrics& metrics;
    Executor& workers;   ///< For what takes its time: passwords, long lists, plans, files.
    Executor& delivery;  ///< One thread, for event streams.
    const supervisor::Link* services = nullptr;  ///< Without it services have no processes.
    std::function<bool()> is_ready = {};         ///< For /readyz; empty: always.
    Options options = {};
};

}  // namespace xos::api
