#include "base/random.h"

#include "base/check.h"
#include "base/crypto.h"

#include <sodium.h>

#include <cstring>

namespace xos {

std::string Random::hex(std::size_t count) {
    return to_hex(bytes(count));
}

std::uint64_t Random::below(std::uint64_t end) {
    XOS_CHECK(end > 0, "random number below zero");
    // Numbers of the last, incomplete run of `end` would make small results likelier.
    const std::uint64_t limit = UINT64_MAX - UINT64_MAX % end;
    for (;;) {
        std::uint64_t number = 0;
        std::memcpy(&number, bytes(sizeof number).data(), sizeof number);
        if (number < limit)
            return number % end;
    }
}

std::string SystemRandom::bytes(std::size_t count) {
    XOS_CHECK(sodium_init() >= 0, "libsodium does not start");
    std::string out(count, '\0');
    randombytes_buf(out.data(), out.size());
    return out;
}

}  // namespace xos
