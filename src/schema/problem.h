#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace xos::schema {

/// One mistake in a source text, with the place a person looks for it.
struct Problem {
    std::string file;
    int line = 0;           ///< From 1; 0 when the problem has no place.
    int column = 0;         ///< From 1, in bytes.
    std::string message;    ///< What is wrong and what would be right.
    std::string line_text;  ///< The line itself, for the caret.
    int left_out = 0;       ///< Bytes in front of `line_text` that are not shown.

    /// Makes `line` the line that is shown; of a very long one, the part around the column.
    void show_line(std::string_view line);

    /// "file:line:column: message", the line, and a caret below the column.
    std::string format() const;
};

using Problems = std::vector<Problem>;

/// All problems, each as `Problem::format` shows it, in the order of their places.
std::string format(const Problems& problems);

}  // namespace xos::schema
