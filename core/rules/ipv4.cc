#include "core/rules/ipv4.h"

namespace xos::core {

namespace {

/// Takes a number of up to three digits from the front of `text`, as it is written in addresses:
/// no sign, no zero in front. This runs for each port of a network, so it makes no pieces.
std::optional<std::uint32_t> take_number(std::string_view& text, std::uint32_t most) {
    std::uint32_t number = 0;
    std::size_t digits = 0;
    while (digits < text.size() && digits < 3 && text[digits] >= '0' && text[digits] <= '9')
        number = number * 10 + static_cast<std::uint32_t>(text[digits++] - '0');
    if (digits == 0 || number > most || (digits > 1 && text[0] == '0'))
        return std::nullopt;
    text.remove_prefix(digits);
    return number;
}

}  // namespace

std::optional<std::uint32_t> parse_address(std::string_view text) {
    std::uint32_t address = 0;
    for (int part = 0; part < 4; ++part) {
        if (part > 0) {
            if (!text.starts_with('.'))
                return std::nullopt;
            text.remove_prefix(1);
        }
        const auto number = take_number(text, 255);
        if (!number)
            return std::nullopt;
        address = address << 8 | *number;
    }
    return text.empty() ? std::optional(address) : std::nullopt;
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
    text.remove_prefix(slash + 1);
    const auto length = take_number(text, 30);
    if (!first || !length || *length < 8 || !text.empty())
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
