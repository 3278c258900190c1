#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace xos {

/// The only source of randomness. Implementations for production are thread-safe and cannot be
/// guessed; tests pass one that repeats.
class Random {
public:
    virtual ~Random() = default;
    virtual std::string bytes(std::size_t count) = 0;

    /// `count` random bytes as twice as many hexadecimal digits.
    std::string hex(std::size_t count);
    /// A number from 0 to `end` - 1, each as likely. Precondition: `end` > 0.
    std::uint64_t below(std::uint64_t end);
};

/// The random numbers of the operating system.
class SystemRandom final : public Random {
public:
    std::string bytes(std::size_t count) override;
};

}  // namespace xos
