#include "base/yaml.h"

#include "base/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace xos {
namespace {

std::optional<std::int64_t> parse_digits(std::string_view text, int radix) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, radix);
    if (text.empty() || text.front() == '-' || error != std::errc{} ||
        end != text.data() + text.size())
        return std::nullopt;
    return value;
}

}  // namespace

std::optional<bool> Yaml::as_bool() const {
    if (!is_scalar() || quoted_)
        return std::nullopt;
    if (scalar_ == "true" || scalar_ == "True" || scalar_ == "TRUE")
        return true;
    if (scalar_ == "false" || scalar_ == "False" || scalar_ == "FALSE")
        return false;
    return std::nullopt;
}

std::optional<std::int64_t> Yaml::as_int() const {
    if (!is_scalar() || quoted_)
        return std::nullopt;
    std::string_view text = scalar_;
    if (text.starts_with("0x"))
        return parse_digits(text.substr(2), 16);
    if (text.starts_with("0o"))
        return parse_digits(text.substr(2), 8);
    if (text.starts_with('+'))
        return parse_digits(text.substr(1), 10);
    if (!text.starts_with('-'))
        return parse_digits(text, 10);
    // The lowest number has no positive counterpart, so the sign is read along.
    if (text.size() < 2 || text[1] == '-')
        return std::nullopt;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::optional<double> Yaml::as_double() const {
    if (!is_scalar() || quoted_)
        return std::nullopt;
    if (const auto whole = as_int())
        return static_cast<double>(*whole);
    std::string_view text = scalar_;
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+'))
        text.remove_prefix(1);
    const double sign = negative ? -1 : 1;
    if (text == ".inf" || text == ".Inf" || text == ".INF")
        return sign * std::numeric_limits<double>::infinity();
    if (scalar_ == ".nan" || scalar_ == ".NaN" || scalar_ == ".NAN")
        return std::numeric_limits<double>::quiet_NaN();
    // Keeps out a second sign and the words that from_chars reads as numbers.
    if (text.empty() || std::string_view("0123456789.").find(text.front()) == text.npos)
        return std::nullopt;
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return sign * value;
}

const Yaml* Yaml::find(std::string_view key) const {
    const auto member = std::find_if(members_.begin(), members_.end(),
                                     [&](const Member& m) { return m.key == key; });
    return member == members_.end() ? nullptr : &member->value;
}

Json Yaml::to_json() const {
    switch (kind_) {
        case Kind::Null: return {};
        case Kind::Scalar: {
            if (const auto truth = as_bool())
                return *truth;
            if (const auto whole = as_int())
                return *whole;
            if (const auto number = as_double(); number && std::isfinite(*number))
                return *number;
            return scalar_;
        }
        case Kind::Sequence: {
            Json::Array items;
            for (const Yaml& item : items_)
                items.push_back(item.to_json());
            return items;
        }
        case Kind::Mapping: {
            Json::Object members;
            for (const Member& member : members_)
                members.emplace_back(member.key, member.value.to_json());
            return members;
        }
    }
    return {};
}

Error Yaml::error(std::string_view message, ErrorCode code) const {
    return {code, std::to_string(place_.line) + ":" + std::to_string(place_.column) + ": " +
                      std::string(message)};
}

}  // namespace xos
