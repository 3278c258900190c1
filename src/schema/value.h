#pragma once

#include "base/object_id.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace xos::schema {

/// The value of a field on its way into or out of a row: null, a truth value, a whole number (also
/// a Time, in microseconds since 1970), a number, a string (also JSON text of a Json or Map field),
/// a link, or a set of links in ascending order.
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string, ObjectId,
                           std::vector<ObjectId>>;

inline bool is_null(const Value& value) {
    return value.index() == 0;
}

}  // namespace xos::schema
