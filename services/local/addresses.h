#pragma once

#include "base/result.h"

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace xos::local {

/// An IPv4 address, in the byte order of the machine.
struct Ipv4 {
    std::uint32_t value = 0;
    auto operator<=>(const Ipv4&) const = default;
};

/// An IPv4 address with the length of its network's prefix, such as 10.64.0.1/24.
struct Ipv4Prefix {
    Ipv4 address;
    int length = 0;

    /// The bits that all addresses of the network have in common.
    std::uint32_t mask() const { return length == 0 ? 0 : ~std::uint32_t{0} << (32 - length); }
    /// The first address of the network.
    Ipv4 network() const { return Ipv4{address.value & mask()}; }
    /// Whether the two networks have an address in common.
    bool overlaps(const Ipv4Prefix& other) const;

    auto operator<=>(const Ipv4Prefix&) const = default;
};

/// An Ethernet address.
struct Mac {
    std::array<std::uint8_t, 6> bytes{};
    auto operator<=>(const Mac&) const = default;
};

/// Invalid when `text` is not of the form 10.64.0.1, 10.64.0.1/24 or 06:00:00:00:00:2a.
Result<Ipv4> parse_ipv4(std::string_view text);
Result<Ipv4Prefix> parse_ipv4_prefix(std::string_view text);
Result<Mac> parse_mac(std::string_view text);

std::string format(Ipv4 address);
std::string format(const Ipv4Prefix& prefix);
std::string format(const Mac& mac);

}  // namespace xos::local
