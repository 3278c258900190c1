#pragma once

#include "base/json.h"

#include <string>
#include <string_view>
#include <vector>

namespace xos::shell {

enum class Format { Table, Json, Yaml };

/// Rows of text under headings, each column as wide as its widest cell; the last may be any length.
class Table {
public:
    explicit Table(std::vector<std::string> headings) : rows_{std::move(headings)} {}
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    bool empty() const { return rows_.size() == 1; }
    std::string format() const;

private:
    std::vector<std::vector<std::string>> rows_;
};

/// JSON as YAML, for people.
std::string to_yaml(const Json& json);

/// `text` on one line, cut with "…" after `width` characters.
std::string one_line(std::string_view text, std::size_t width);

}  // namespace xos::shell
