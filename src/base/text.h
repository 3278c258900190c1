#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "base/wall_clock.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xos {

/// The pieces of `text` between separators, empty ones included. Empty text has no pieces. They
/// borrow from `text`.
std::vector<std::string_view> split(std::string_view text, char separator);

/// The pieces one after the other with `separator` between them.
template <class Pieces>
std::string join(const Pieces& pieces, std::string_view separator) {
    std::string out;
    bool first = true;
    for (const auto& piece : pieces) {
        if (!first)
            out.append(separator);
        first = false;
        out.append(piece);
    }
    return out;
}

/// `text` without spaces, tabs and line ends at both ends.
std::string_view trim(std::string_view text);

/// ASCII letters only; other bytes stay and differ.
std::string to_lower(std::string_view text);
std::string to_upper(std::string_view text);
bool equals_ignore_case(std::string_view a, std::string_view b);

/// Whether the whole of `text` fits `pattern`: `*` is any run, `?` any character, `[a-z]` one of a
/// set, `[!a-z]` one outside of it; a `[` that is not closed stands for itself. Time is at most
/// the product of both lengths, whatever the pattern.
bool glob_match(std::string_view pattern, std::string_view text);

/// The whole number that all of `text` is, in decimal with an optional minus.
std::optional<std::int64_t> parse_int(std::string_view text);

/// The candidate that `word` most likely was meant to be, or nothing when none is close. Letters
/// left out, added, exchanged or swapped count one each, case does not count.
std::optional<std::string> closest(std::string_view word,
                                   const std::vector<std::string>& candidates);

/// RFC 3339 in UTC with all six digits, such as "2024-02-29T12:30:00.000000Z", so that text order
/// is time order in the years 0000 to 9999.
std::string format_time(WallTime time);
/// Any RFC 3339 time with its offset. Digits past the sixth are dropped. Malformed otherwise.
Result<WallTime> parse_time(std::string_view text);

/// For people, the two largest units that count: "2d 3h", "1m 5s", "250ms".
std::string format_duration(Duration duration);
/// Numbers with unit d, h, m, s or ms, largest first, such as "1h30m", "250ms" or "2d 3h".
/// Malformed otherwise.
Result<Duration> parse_duration(std::string_view text);

}  // namespace xos
