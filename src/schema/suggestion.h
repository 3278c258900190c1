#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace xos::schema {

/// The one of `names` that `word` was probably meant to be, or "" when none is close.
std::string_view closest(std::string_view word, std::span<const std::string_view> names);

/// ", did you mean "name"?" with the closest of `names`, or "".
std::string did_you_mean(std::string_view word, std::span<const std::string_view> names);

/// `text` in double quotes.
std::string quoted(std::string_view text);

}  // namespace xos::schema
