#include "schema/number.h"

#include <charconv>
#include <cmath>

namespace xos::schema {
namespace {

template <class T>
std::optional<T> read_all(std::string_view text) {
    T out{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return out;
}

}  // namespace

std::optional<Value> read_number(std::string_view text) {
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
