#pragma once

#include "base/result.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace xos::core {

/// One entry of `Network.ports`: a port, or all of a range, of one protocol or of both.
struct PortRange {
    bool tcp = false, udp = false;
    std::uint16_t first = 0, last = 0;
    bool operator==(const PortRange&) const = default;
};

/// Reads a list such as `tcp 80, udp/53, 8000-8100, tcp 9000:9010`: entries between commas, each an
/// optional protocol with a space or `/`, then a port or a range. Without protocol it is both.
/// Invalid with a detail for each entry that is none.
Result<std::vector<PortRange>> parse_ports(std::string_view text);

}  // namespace xos::core
