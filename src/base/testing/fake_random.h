#pragma once

#include "base/random.h"

#include <random>

namespace xos {

/// Random bytes that are the same for the same seed. Not thread-safe.
class FakeRandom final : public Random {
public:
    explicit FakeRandom(std::uint64_t seed = 1) : generator_(seed) {}

    std::string bytes(std::size_t count) override {
        std::string out(count, '\0');
        for (char& byte : out)
            byte = static_cast<char>(generator_());
        return out;
    }

private:
    std::mt19937_64 generator_;
};

}  // namespace xos
