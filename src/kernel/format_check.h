#pragma once

#include "model/row.h"

#include <string>
#include <string_view>
#include <vector>

namespace xos::kernel {

/// Whether `text` is an absolute URL with a scheme and a host, without spaces.
bool is_url(std::string_view text);
/// Whether `text` is an IPv4 or IPv6 address.
bool is_ip_address(const std::string& text);
/// Whether there is a character that moves, erases or colors rather than shows something.
bool has_control_character(std::string_view text);
/// How many characters the UTF-8 of `text` is.
std::size_t utf8_length(std::string_view text);
/// A bound as people write it: no fraction when it has none.
std::string format_number(double number);
/// Values in a sentence: the texts and numbers themselves, several with commas between.
std::string format_values(const std::vector<model::Value>& values);

}  // namespace xos::kernel
