#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace xos {

/// The length of the well-formed UTF-8 character that `text` starts with, 1 to 4, or 0 when `text`
/// is empty or starts with something else: overlong forms and surrogates are not well-formed.
std::size_t utf8_length(std::string_view text);

/// The offset of the first byte that is not part of well-formed UTF-8, or npos.
std::size_t find_invalid_utf8(std::string_view text);

inline bool is_utf8(std::string_view text) {
    return find_invalid_utf8(text) == std::string_view::npos;
}

/// `text` with U+FFFD in place of each byte that is not well-formed.
std::string to_utf8(std::string_view text);

}  // namespace xos
