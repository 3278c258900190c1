#include "core/rules/limit_period.h"

#include <chrono>

namespace xos::core {

std::int64_t period_start(std::string_view period, std::int64_t time) {
    using namespace std::chrono;
    const sys_time<microseconds> now{microseconds(time)};
    const sys_days day = floor<days>(now);
    sys_time<microseconds> start = day;
    if (period == "hour")
        start = floor<hours>(now);
    else if (period == "week")
        start = day - (weekday(day) - Monday);
    else if (period == "month")
        start = sys_days(year_month_day(day).year() / year_month_day(day).month() / 1);
    return start.time_since_epoch().count();
}

}  // namespace xos::core
