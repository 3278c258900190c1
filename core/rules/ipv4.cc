#include "core/rules/ipv4.h"

#include "base/text.h"

namespace xos::core {

namespace {

/// A number of up to three digits as it is written in addresses: no sign, no zero in front.
std::optional<std::uint32_t> parse_part(std::string_view text, std::int64_t most) {
    if (text.empty() || text.size() > 3 || text[0] == '-' || (text[0] == '0' && text.size() > 1))
        return std::nullopt;
    const auto number = parse_int(text);
    if (!number || *number > most)
        return std::nullopt;
    return static_cast<std::uint32_t>(*number);
}

}  // namespace

std::optional<std::uint32_t> parse_address(std::string_view text) {
    const auto parts = split(text, '.');
    if (parts.size() != 4)
        return std::nullopt;
    std::uint32_t address = 0;
    for (const std::string_view part : parts) {
        const auto number = parse_part(part, 255);
        if (!number)
            return std::nullopt;
        address = address << 8 | *number;
    }
    return address;
}

std::string format_address(std::uint32_t address) {
    std::string text;
    for (int shift = 24; shift >= 0; shift -= 8)
        text += std::to_string(address >> shift & 255) + (shift > 0 ? "." : "");
    return text;
}

std::optional<Subnet> parse_subnet(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos)
        return std::nullopt;
    const auto first = parse_address(text.substr(0, slash));
    const auto length = parse_part(text.substr(slash + 1), 30);
    if (!first || !length || *length < 8)
        return std::nullopt;
    const Subnet subnet{*first, static_cast<int>(*length)};
    if ((*first & static_cast<std::uint32_t>(0xffffffffULL >> *length)) != 0)
        return std::nullopt;
    return subnet;
}

std::string format_subnet(const Subnet& subnet) {
    return format_address(subnet.first) + "/" + std::to_string(subnet.length);
}

}  // namespace xos::core
