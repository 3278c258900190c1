#pragma once

#include "schema/value.h"

#include <optional>
#include <string_view>

namespace xos::schema {

/// A whole number (decimal, `0x1f` or `017`), or a double when `text` has a fraction or exponent;
/// nothing when it is neither.
std::optional<Value> read_number(std::string_view text);

}  // namespace xos::schema
