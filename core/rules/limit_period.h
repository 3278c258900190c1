#pragma once

#include <cstdint>
#include <string_view>

namespace xos::core {

constexpr double kMicrosecondsPerHour = 3600e6;

/// When the hour, day, week (from Monday) or month that `time` is in began, by the calendar in UTC.
/// Both are microseconds since 1970.
std::int64_t period_start(std::string_view period, std::int64_t time);

}  // namespace xos::core
