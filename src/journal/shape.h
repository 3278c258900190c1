#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace xos::journal {

enum class ColumnType : std::uint8_t { Text, Integer, Real, Boolean, Json };

/// A column of a view: the member of the documents that it shows, and what kind of value that is.
struct Column {
    std::string name;
    ColumnType type = ColumnType::Text;
};

/// What the view of one type looks like. Its first columns are always id, type and revision.
struct Shape {
    std::string name;                ///< The view's name, as in "core.Slice".
    std::vector<std::string> types;  ///< Whose objects it shows: the type and those derived of it.
    std::vector<Column> columns;
};

}  // namespace xos::journal
