// Times and durations as text.
#include "base/text.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>

namespace xos {
namespace {

using std::chrono::microseconds;

/// Reads a text from the left, digit groups and marks one after the other.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    /// A number of exactly `digits` digits, or -1.
    int number(std::size_t digits) {
        if (rest_.size() < digits)
            return -1;
        int value = 0;
        for (char c : rest_.substr(0, digits)) {
            if (!is_digit(c))
                return -1;
            value = value * 10 + (c - '0');
        }
        rest_.remove_prefix(digits);
        return value;
    }

    /// The next character if it is one of `marks`, else 0.
    char mark(std::string_view marks) {
        if (rest_.empty() || marks.find(rest_.front()) == std::string_view::npos)
            return 0;
        const char found = rest_.front();
        rest_.remove_prefix(1);
        return found;
    }

    /// The digits after a decimal point as microseconds, or -1 when there are none.
    int fraction() {
        int value = 0;
        std::size_t count = 0;
        for (; count < rest_.size() && is_digit(rest_[count]); ++count) {
            if (count < 6)
                value = value * 10 + (rest_[count] - '0');
        }
        for (std::size_t i = count; i < 6; ++i)
            value *= 10;
        rest_.remove_prefix(count);
        return count == 0 ? -1 : value;
    }

    bool at_end() const { return rest_.empty(); }

private:
    static bool is_digit(char c) { return c >= '0' && c <= '9'; }

    std::string_view rest_;
};

std::optional<std::chrono::sys_days> read_date(Reader& reader) {
    const int year = reader.number(4);
    if (year < 0 || !reader.mark("-"))
        return std::nullopt;
    const int month = reader.number(2);
    if (month < 0 || !reader.mark("-"))
        return std::nullopt;
    const int day = reader.number(2);
    if (day < 0)
        return std::nullopt;
    const std::chrono::year_month_day date(std::chrono::year{year},
                                           std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)});
    if (!date.ok())
        return std::nullopt;
    return std::chrono::sys_days(date);
}

std::optional<microseconds> read_time_of_day(Reader& reader) {
    const int hour = reader.number(2);
    if (hour < 0 || hour > 23 || !reader.mark(":"))
        return std::nullopt;
    const int minute = reader.number(2);
    if (minute < 0 || minute > 59 || !reader.mark(":"))
        return std::nullopt;
    const int second = reader.number(2);
    if (second < 0 || second > 59)
        return std::nullopt;
    const int fraction = reader.mark(".") ? reader.fraction() : 0;
    if (fraction < 0)
        return std::nullopt;
    return std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second) +
           microseconds(fraction);
}

std::optional<std::chrono::minutes> read_offset(Reader& reader) {
    const char sign = reader.mark("zZ+-");
    if (sign == 'z' || sign == 'Z')
        return std::chrono::minutes(0);
    if (sign == 0)
        return std::nullopt;
    const int hour = reader.number(2);
    if (hour < 0 || hour > 23 || !reader.mark(":"))
        return std::nullopt;
    const int minute = reader.number(2);
    if (minute < 0 || minute > 59)
        return std::nullopt;
    return std::chrono::minutes((sign == '-' ? -1 : 1) * (hour * 60 + minute));
}

struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
};
constexpr std::array<Unit, 5> kUnits = {
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};

/// Takes a unit off the front of `text`: its place in kUnits, or kUnits.size().
std::size_t take_unit(std::string_view& text) {
    const std::size_t end = std::min(text.find_first_of("0123456789 "), text.size());
    for (std::size_t i = 0; i < kUnits.size(); ++i) {
        if (text.substr(0, end) == kUnits[i].name) {
            text.remove_prefix(end);
            return i;
        }
    }
    return kUnits.size();
}

}  // namespace

std::string format_time(WallTime time) {
    const auto days = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(days);
    const std::chrono::hh_mm_ss clock(time - days);
    std::string text = "0000-00-00T00:00:00.000000Z";
    // By hand: lists are full of times, and a general formatter takes several times as long.
    const auto put = [&](std::size_t end, std::uint64_t number) {
        for (; number > 0; number /= 10)
            text[--end] = static_cast<char>('0' + number % 10);
    };
    const int year = int{date.year()};
    if (year < 0 || year > 9999)
        return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", year,
                           unsigned{date.month()}, unsigned{date.day()}, clock.hours().count(),
                           clock.minutes().count(), clock.seconds().count(),
                           clock.subseconds().count());
    put(4, static_cast<std::uint64_t>(year));
    put(7, unsigned{date.month()});
    put(10, unsigned{date.day()});
    put(13, static_cast<std::uint64_t>(clock.hours().count()));
    put(16, static_cast<std::uint64_t>(clock.minutes().count()));
    put(19, static_cast<std::uint64_t>(clock.seconds().count()));
    put(26, static_cast<std::uint64_t>(clock.subseconds().count()));
    return text;
}

Result<WallTime> parse_time(std::string_view text) {
    const Error refusal{ErrorCode::Malformed,
                        fmt::format("\"{}\" is no time such as 2024-02-29T12:30:00Z", text)};
    Reader reader(text);
    const auto date = read_date(reader);
    if (!date || !reader.mark("Tt "))
        return refusal;
    const auto time = read_time_of_day(reader);
    if (!time)
        return refusal;
    const auto offset = read_offset(reader);
    if (!offset || !reader.at_end())
        return refusal;
    return WallTime(*date + *time - *offset);
}

std::string format_duration(Duration duration) {
    std::int64_t left = duration.count();
    std::string out = left < 0 ? "-" : "";
    left = left < 0 ? -left : left;
    for (std::size_t i = 0; i < kUnits.size(); ++i) {
        const std::int64_t count = left / kUnits[i].milliseconds;
        const bool last = i + 1 == kUnits.size();
        if (count == 0 && !last)
            continue;
        out += fmt::format("{}{}", count, kUnits[i].name);
        left -= count * kUnits[i].milliseconds;
        // After seconds, thousandths tell nobody anything.
        if (!last && kUnits[i + 1].name != "ms" && left >= kUnits[i + 1].milliseconds)
            out += fmt::format(" {}{}", left / kUnits[i + 1].milliseconds, kUnits[i + 1].name);
        break;
    }
    return out;
}

Result<Duration> parse_duration(std::string_view text) {
    const Error refusal{ErrorCode::Malformed,
                        fmt::format("\"{}\" is no duration such as 1h30m or 250ms", text)};
    constexpr std::int64_t kLongest = 100LL * 365 * 86'400'000;
    std::string_view rest = trim(text);
    if (rest.empty())
        return refusal;
    std::int64_t total = 0;
    std::size_t next_unit = 0;
    while (!rest.empty()) {
        std::int64_t count = 0;
        const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), count);
        if (error != std::errc{} || count < 0)
            return refusal;
        rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
        const std::size_t unit = take_unit(rest);
        if (unit == kUnits.size() || unit < next_unit ||
            count > (kLongest - total) / kUnits[unit].milliseconds)
            return refusal;
        total += count * kUnits[unit].milliseconds;
        next_unit = unit + 1;
        rest = trim(rest);
    }
    return Duration(total);
}

}  // namespace xos
