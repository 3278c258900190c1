#pragma once

#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace xos::fuzz {

/// Damages text at random: bytes, pieces of itself, and words that mean something to who reads it.
class Mutator {
public:
    /// `words` are put in beside bytes; signs of many languages are among them anyway.
    explicit Mutator(std::uint64_t seed, std::vector<std::string> words = {});

    /// `text` with one to a few mutations; at most 64 KiB longer.
    std::string mutate(std::string text);

    /// A number from 0 to `end` - 1; 0 when there is none.
    std::size_t below(std::size_t end) { return end == 0 ? 0 : random_() % end; }
    bool chance(std::size_t of) { return below(of) == 0; }
    template <class T>
    const T& pick(const std::vector<T>& from) {
        return from[below(from.size())];
    }

private:
    void mutate_once(std::string& text);
    /// Lines are what many formats are made of.
    void move_line(std::string& text);

    std::mt19937_64 random_;
    const std::vector<std::string> words_;
};

/// The seed of this run: XOS_TEST_SEED, or one of the clock's. Printed once.
std::uint64_t seed();
/// `few`, or hundredfold when XOS_TEST_FULL asks for the long run.
std::size_t steps(std::size_t few);

/// The text of a file of the source tree; the test fails without it.
std::string source(const std::string& path);

/// Fails the test when it lives longer than anybody would wait for one answer.
class Deadline {
public:
    explicit Deadline(const std::string& input) : input_(input) {}
    ~Deadline();
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;

private:
    const std::string& input_;
    const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace xos::fuzz
