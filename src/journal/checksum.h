#pragma once

#include <cstdint>
#include <string_view>

namespace xos::journal {

/// CRC-32C (Castagnoli) of `bytes`, continued from `start`: finds a document that the disk or a
/// hand has altered.
std::uint32_t checksum(std::string_view bytes, std::uint32_t start = 0);

}  // namespace xos::journal
