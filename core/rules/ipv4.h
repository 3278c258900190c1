#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace xos::core {

/// An IPv4 address as a number: 10.64.0.2 is 0x0a400002.
std::optional<std::uint32_t> parse_address(std::string_view text);
std::string format_address(std::uint32_t address);

/// A block of IPv4 addresses, such as 10.64.0.0/24. Its second address, the first that is not the
/// name of the block, is the gateway; the last one reaches all.
struct Subnet {
    std::uint32_t first = 0;
    int length = 24;

    std::uint32_t last() const {
        return first | static_cast<std::uint32_t>(0xffffffffULL >> length);
    }
    std::uint32_t gateway() const { return first + 1; }
    bool holds(std::uint32_t address) const { return address >= first && address <= last(); }
    /// Whether an interface may have the address.
    bool is_for_ports(std::uint32_t address) const {
        return address > gateway() && address < last();
    }
    bool overlaps(const Subnet& other) const {
        return first <= other.last() && other.first <= last();
    }
};

/// A block that has room for a gateway and at least one more: its length is 8 to 30, and `first`
/// is its first address.
std::optional<Subnet> parse_subnet(std::string_view text);
std::string format_subnet(const Subnet& subnet);

}  // namespace xos::core
