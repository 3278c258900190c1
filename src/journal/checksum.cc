#include "journal/checksum.h"

#include <array>
#include <cstddef>
#include <cstring>

namespace xos::journal {

namespace {

constexpr std::uint32_t kPolynomial = 0x82f63b78;  // Castagnoli's, bits reversed.

constexpr std::array<std::uint32_t, 256> make_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit)
            value = (value >> 1) ^ ((value & 1) != 0 ? kPolynomial : 0);
        table[i] = value;
    }
    return table;
}

constexpr auto kTable = make_table();

std::uint32_t by_table(std::string_view bytes, std::uint32_t value) {
    for (const char byte : bytes)
        value = (value >> 8) ^ kTable[(value ^ static_cast<unsigned char>(byte)) & 0xff];
    return value;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t by_instruction(std::string_view bytes,
                                                               std::uint32_t value) {
    std::uint64_t wide = value;
    while (bytes.size() >= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), 8);
        wide = __builtin_ia32_crc32di(wide, word);
        bytes.remove_prefix(8);
    }
    value = static_cast<std::uint32_t>(wide);
    for (const char byte : bytes)
        value = __builtin_ia32_crc32qi(value, static_cast<unsigned char>(byte));
    return value;
}
#endif

}  // namespace

std::uint32_t checksum(std::string_view bytes, std::uint32_t start) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2"))
        return ~by_instruction(bytes, ~start);
#endif
    return ~by_table(bytes, ~start);
}

}  // namespace xos::journal
