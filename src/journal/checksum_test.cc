#include "journal/checksum.h"

#include <doctest/doctest.h>

namespace xos::journal {
namespace {

TEST_CASE("the checksum is the CRC-32C that others compute") {
    CHECK(checksum("") == 0);
    CHECK(checksum("123456789") == 0xe3069283);
    CHECK(checksum(std::string_view("\0\0\0\0", 4)) == 0x48674bc7);
}

TEST_CASE("a checksum can be continued") {
    CHECK(checksum("6789", checksum("12345")) == checksum("123456789"));
}

}  // namespace
}  // namespace xos::journal
