#pragma once

#include <chrono>
#include <cstdint>

namespace xos {

/// A date and time in UTC, to the microsecond.
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

/// Microseconds since the start of 1970, as dates are kept and sent.
inline std::int64_t to_microseconds(WallTime time) {
    return time.time_since_epoch().count();
}
inline WallTime from_microseconds(std::int64_t count) {
    return WallTime(std::chrono::microseconds(count));
}

/// The only source of dates. It may jump either way when an operator sets the time: what waits or
/// expires within one process uses Clock. Implementations are thread-safe.
class WallClock {
public:
    virtual ~WallClock() = default;
    virtual WallTime now() const = 0;
};

}  // namespace xos
