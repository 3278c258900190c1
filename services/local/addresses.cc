#include "services/local/addresses.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace xos::local {

namespace {

Error not_a(std::string_view kind, std::string_view text) {
    return Error(ErrorCode::Invalid, "\"" + std::string(text) + "\" is no " + std::string(kind));
}

/// Takes a number up to `most` from the front of `text`.
std::optional<unsigned> take_number(std::string_view& text, int base, unsigned most) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc{} || value > most)
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

bool take(std::string_view& text, char expected) {
    if (text.empty() || text.front() != expected)
        return false;
    text.remove_prefix(1);
    return true;
}

}  // namespace

bool Ipv4Prefix::overlaps(const Ipv4Prefix& other) const {
    const std::uint32_t common = mask() & other.mask();
    return (address.value & common) == (other.address.value & common);
}

Result<Ipv4> parse_ipv4(std::string_view text) {
    std::string_view rest = text;
    Ipv4 address;
    for (int i = 0; i < 4; ++i) {
        if (i > 0 && !take(rest, '.'))
            return not_a("IPv4 address", text);
        const auto byte = take_number(rest, 10, 255);
        if (!byte)
            return not_a("IPv4 address", text);
        address.value = address.value << 8 | *byte;
    }
    if (!rest.empty())
        return not_a("IPv4 address", text);
    return address;
}

Result<Ipv4Prefix> parse_ipv4_prefix(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos)
        return not_a("IPv4 address with a prefix length", text);
    Ipv4Prefix prefix;
    prefix.address = TRY(parse_ipv4(text.substr(0, slash)));
    std::string_view rest = text.substr(slash + 1);
    const auto length = take_number(rest, 10, 32);
    if (!length || !rest.empty())
        return not_a("IPv4 address with a prefix length", text);
    prefix.length = static_cast<int>(*length);
    return prefix;
}

Result<Mac> parse_mac(std::string_view text) {
    std::string_view rest = text;
    Mac mac;
    for (std::size_t i = 0; i < mac.bytes.size(); ++i) {
        if (i > 0 && !take(rest, ':'))
            return not_a("Ethernet address", text);
        const auto byte = take_number(rest, 16, 255);
        if (!byte)
            return not_a("Ethernet address", text);
        mac.bytes[i] = static_cast<std::uint8_t>(*byte);
    }
    if (!rest.empty())
        return not_a("Ethernet address", text);
    return mac;
}

std::string format(Ipv4 address) {
    std::string text;
    for (int shift = 24; shift >= 0; shift -= 8) {
        text += std::to_string(address.value >> shift & 0xff);
        if (shift > 0)
            text += '.';
    }
    return text;
}

std::string format(const Ipv4Prefix& prefix) {
    return format(prefix.address) + "/" + std::to_string(prefix.length);
}

std::string format(const Mac& mac) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : mac.bytes) {
        if (!text.empty())
            text += ':';
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

}  // namespace xos::local
