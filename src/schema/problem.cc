#include "schema/problem.h"

#include <algorithm>

namespace xos::schema {

std::string Problem::format() const {
    std::string out = file;
    if (line > 0) {
        out += file.empty() ? "" : ":";
        out += std::to_string(line) + ":" + std::to_string(column);
    }
    out += (out.empty() ? "" : ": ") + message + "\n";
    if (line == 0)
        return out;
    out += "    " + line_text + "\n    ";
    // Tabs stay tabs, and a character of several bytes takes one place, so that the caret is below.
    const std::size_t width = static_cast<std::size_t>(column) - 1;
    for (char c : std::string_view(line_text).substr(0, std::min(width, line_text.size()))) {
        if ((static_cast<unsigned char>(c) & 0xC0) != 0x80)
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
