#include "schema/suggestion.h"

#include <algorithm>
#include <numeric>

namespace xos::schema {
namespace {

constexpr std::size_t kLongestWord = 64;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

/// Letters to insert, remove or change to get from `a` to `b`; upper and lower case are the same,
/// and two letters that changed places count as one.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = lower(a[i - 1]) == lower(b[j - 1]);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before.swap(last);
        last.swap(row);
    }
    return last[b.size()];
}

}  // namespace

std::string_view closest(std::string_view word, std::span<const std::string_view> names) {
    if (word.empty() || word.size() > kLongestWord)
        return "";
    std::string_view best;
    std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (std::string_view name : names) {
        if (name.size() > kLongestWord || name.size() + least <= word.size() ||
            word.size() + least <= name.size())
            continue;
        const std::size_t found = distance(word, name);
        if (found < least) {
            least = found;
            best = name;
        }
    }
    return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> names) {
    const std::string_view name = closest(word, names);
    return name.empty() ? "" : ", did you mean " + quoted(name) + "?";
}

std::string quoted(std::string_view text) {
    return "\"" + std::string(text) + "\"";
}

}  // namespace xos::schema
