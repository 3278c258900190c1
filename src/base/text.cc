#include "base/text.h"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace xos {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

/// One unit of a pattern that matches one character: its length, and whether `c` fits.
struct GlobStep {
    std::size_t length;
    bool fits;
};

/// Precondition: `pattern` starts with '['.
GlobStep match_set(std::string_view pattern, char c) {
    const bool negated = pattern.size() > 1 && (pattern[1] == '!' || pattern[1] == '^');
    const std::size_t start = negated ? 2 : 1;
    // A bracket right at the start is a member of the set.
    const std::size_t end = pattern.find(']', start + 1);
    if (end == std::string_view::npos)
        return {1, c == '['};
    bool found = false;
    for (std::size_t i = start; i < end; ++i) {
        if (i + 2 < end && pattern[i + 1] == '-') {
            found = found || (pattern[i] <= c && c <= pattern[i + 2]);
            i += 2;
        } else {
            found = found || pattern[i] == c;
        }
    }
    return {end + 1, found != negated};
}

GlobStep match_one(std::string_view pattern, char c) {
    switch (pattern.front()) {
        case '?': return {1, true};
        case '[': return match_set(pattern, c);
        default: return {1, pattern.front() == c};
    }
}

/// Steps of the optimal string alignment distance: three rows of the usual table suffice.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(last.begin(), last.end(), 0U);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t exchanged = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, exchanged});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        std::swap(before_last, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

}  // namespace

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> pieces;
    while (!text.empty()) {
        const std::size_t end = text.find(separator);
        pieces.push_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return pieces;
        text.remove_prefix(end + 1);
        if (text.empty())
            pieces.emplace_back();
    }
    return pieces;
}

std::string_view trim(std::string_view text) {
    const std::size_t start = text.find_first_not_of(kSpace);
    if (start == std::string_view::npos)
        return {};
    return text.substr(start, text.find_last_not_of(kSpace) - start + 1);
}

std::string to_lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), lower);
    return out;
}

std::string to_upper(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), upper);
    return out;
}

bool equals_ignore_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

// Only the last `*` is ever widened: what the ones before it have matched need not change, so the
// time is bounded.
bool glob_match(std::string_view pattern, std::string_view text) {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
            continue;
        }
        if (p < pattern.size()) {
            if (const GlobStep step = match_one(pattern.substr(p), text[t]); step.fits) {
                p += step.length;
                ++t;
                continue;
            }
        }
        if (star == std::string_view::npos)
            return false;
        p = star + 1;
        t = ++resume;
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

std::optional<std::int64_t> parse_int(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::optional<std::string> closest(std::string_view word,
                                   const std::vector<std::string>& candidates) {
    const std::string wanted = to_lower(word);
    std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
    const std::string* found = nullptr;
    for (const std::string& candidate : candidates) {
        const std::size_t steps = distance(wanted, to_lower(candidate));
        // Two names that share nothing are not close, however short they are.
        if (steps < best && steps < candidate.size()) {
            best = steps;
            found = &candidate;
        }
    }
    return found ? std::optional(*found) : std::nullopt;
}

}  // namespace xos
