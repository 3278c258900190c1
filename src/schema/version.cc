#include "schema/version.h"

#include <array>
#include <charconv>
#include <cstddef>

namespace xos::schema {
namespace {

using Numbers = std::array<int, 3>;

struct Version {
    Numbers numbers{};
    std::size_t given = 0;  ///< How many of them are written.
};

std::optional<Version> read(std::string_view text) {
    text = text.substr(0, text.find_first_of("-+"));
    Version out;
    while (out.given < 3) {
        const auto [end, error] =
            std::from_chars(text.data(), text.data() + text.size(), out.numbers[out.given]);
        if (error != std::errc{} || out.numbers[out.given] < 0)
            return std::nullopt;
        ++out.given;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (text.empty())
            return out;
        if (text.front() != '.')
            return std::nullopt;
        text.remove_prefix(1);
    }
    return std::nullopt;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

/// The first version that "~" or "^" with `from` does not take.
Numbers end_of(const Version& from, std::size_t kept) {
    Numbers out{};
    for (std::size_t i = 0; i < kept; ++i)
        out[i] = from.numbers[i];
    ++out[kept - 1];
    return out;
}

std::optional<bool> meets(const Numbers& version, std::string_view condition) {
    const std::size_t digits = condition.find_first_of("0123456789");
    if (digits == std::string_view::npos)
        return std::nullopt;
    const std::string_view sign = trimmed(condition.substr(0, digits));
    const auto bound = read(trimmed(condition.substr(digits)));
    if (!bound)
        return std::nullopt;
    const Numbers& other = bound->numbers;
    if (sign == ">=")
        return version >= other;
    if (sign == ">")
        return version > other;
    if (sign == "<=")
        return version <= other;
    if (sign == "<")
        return version < other;
    if (sign == "=" || sign == "==" || sign.empty())
        return version == other;
    if (sign == "~")
        return version >= other && version < end_of(*bound, bound->given == 1 ? 1 : 2);
    if (sign == "^")
        return version >= other && version < end_of(*bound, 1);
    return std::nullopt;
}

}  // namespace

bool is_version(std::string_view text) {
    return read(text).has_value();
}

std::optional<bool> is_in_range(std::string_view version, std::string_view range) {
    const auto known = read(version);
    if (!known)
        return std::nullopt;
    bool all = true;
    while (!trimmed(range).empty()) {
        const std::size_t comma = range.find(',');
        const auto met = meets(known->numbers, trimmed(range.substr(0, comma)));
        if (!met)
            return std::nullopt;
        all = all && *met;
        range = comma == std::string_view::npos ? "" : range.substr(comma + 1);
    }
    return all;
}

}  // namespace xos::schema
