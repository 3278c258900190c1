#include "schema/number.h"

#include <charconv>
#include <cmath>

namespace xos::schema {
namespace {

template <class T, class... Base>
std::optional<T> read_all(std::string_view text, Base... base) {
    T out{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base...);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return out;
}

/// `0x7f` and `017`, as protobuf writes them; nothing for other numbers.
std::optional<std::int64_t> read_in_other_base(std::string_view text) {
    const bool negative = text.starts_with('-');
    std::string_view digits = text.substr(negative ? 1 : 0);
    if (digits.size() < 2 || digits[0] != '0')
        return std::nullopt;
    const bool hexadecimal = digits[1] == 'x' || digits[1] == 'X';
    digits.remove_prefix(hexadecimal ? 2 : 1);
    const auto magnitude = digits.starts_with('-')
                               ? std::nullopt
                               : read_all<std::int64_t>(digits, hexadecimal ? 16 : 8);
    if (!magnitude)
        return std::nullopt;
    return negative ? -*magnitude : *magnitude;
}

}  // namespace

std::optional<Value> read_number(std::string_view text) {
    if (const auto other = read_in_other_base(text))
        return Value(*other);
    if (const auto whole = read_all<std::int64_t>(text))
        return Value(*whole);
    if (text.find_first_of(".eE") == std::string_view::npos)
        return std::nullopt;
    const auto number = read_all<double>(text);
    if (!number || !std::isfinite(*number))
        return std::nullopt;
    return Value(*number);
}

}  // namespace xos::schema
