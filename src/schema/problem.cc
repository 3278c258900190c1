#include "schema/problem.h"

#include <algorithm>

namespace xos::schema {

namespace {

/// Of a long line, so many bytes are shown around the caret.
constexpr std::size_t kLongestLine = 160;
constexpr std::size_t kBeforeCaret = 80;

bool begins_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

}  // namespace

void Problem::show_line(std::string_view line) {
    const std::size_t caret =
        std::min(static_cast<std::size_t>(std::max(column - 1, 0)), line.size());
    std::size_t begin =
        line.size() > kLongestLine && caret > kBeforeCaret ? caret - kBeforeCaret : 0;
    while (begin > 0 && !begins_character(line[begin]))
        --begin;
    std::size_t end = std::min(begin + kLongestLine, line.size());
    while (end < line.size() && !begins_character(line[end]))
        ++end;
    line_text = line.substr(begin, end - begin);
    if (end < line.size())
        line_text += "…";
    left_out = static_cast<int>(begin);
}

std::string Problem::format() const {
    std::string out = file;
    if (line > 0) {
        out += file.empty() ? "" : ":";
        out += std::to_string(line) + ":" + std::to_string(column);
    }
    out += (out.empty() ? "" : ": ") + message + "\n";
    if (line == 0)
        return out;
    const std::string_view mark = left_out > 0 ? "…" : "";
    out.append("    ").append(mark).append(line_text).append(left_out > 0 ? "\n     " : "\n    ");
    // Tabs stay tabs, and a character of several bytes takes one place, so that the caret is below.
    const auto width = static_cast<std::size_t>(std::max(column - 1 - left_out, 0));
    for (char c : std::string_view(line_text).substr(0, std::min(width, line_text.size()))) {
        if (begins_character(c))
            out += c == '\t' ? '\t' : ' ';
    }
    out += "^\n";
    return out;
}

std::string format(const Problems& problems) {
    std::string out;
    for (const Problem& problem : problems)
        out += problem.format();
    return out;
}

}  // namespace xos::schema
