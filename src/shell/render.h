#pragma once

#include "base/json.h"

#include <string>
#include <string_view>
#include <vector>

namespace xos::shell {

enum class Format { Table, Json, Yaml };

/// Rows of text under headings, each column as wide as its widest cell. What is in a cell stays on
/// its line and does nothing to the terminal.
class Table {
public:
    explicit Table(std::vector<std::string> headings) : rows_{std::move(headings)} {}
    void add(std::vector<std::string> row);
    bool empty() const { return rows_.size() == 1; }
    std::string format() const;

private:
    std::vector<std::vector<std::string>> rows_;
};

/// JSON as YAML, for people.
std::string to_yaml(const Json& json);

/// `text` with control characters as "\\x1b", so that a terminal shows them and does not obey. Line
/// ends and tabs stay.
std::string printable(std::string_view text);
/// The same of JSON or YAML that `Json` or `to_yaml` wrote: "\\u009b", which reads back.
std::string printable_json(std::string_view text);

/// `text` on one printable line, cut with "…" after `width` characters.
std::string one_line(std::string_view text, std::size_t width);

}  // namespace xos::shell
