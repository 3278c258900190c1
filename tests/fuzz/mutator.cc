#include "mutator.h"

#include "base/file.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

namespace xos::fuzz {

namespace {

const std::vector<std::string> kSigns = {"{",
                                         "}",
                                         "[",
                                         "]",
                                         "(",
                                         ")",
                                         "<",
                                         ">",
                                         "\"",
                                         "'",
                                         "\\",
                                         ":",
                                         ": ",
                                         ";",
                                         ",",
                                         "&",
                                         "*",
                                         "|",
                                         "- ",
                                         "? ",
                                         "->",
                                         "::",
                                         "//",
                                         "/*",
                                         "#",
                                         "%",
                                         "@",
                                         "!",
                                         "~",
                                         "$",
                                         "$x",
                                         "..",
                                         "__",
                                         "\n",
                                         "\r\n",
                                         "\t",
                                         "    ",
                                         "\0",
                                         "\xff",
                                         "\xc3",
                                         "\x7f",
                                         "null",
                                         "true",
                                         "0",
                                         "-1",
                                         "1e999",
                                         "NaN",
                                         "99999999999999999999",
                                         "\xF0\x9F\x98\x80",
                                         "\xEF\xBB\xBF",
                                         "%00",
                                         "\xE2\x80\xA8"};

constexpr std::chrono::seconds kPatience{20};

}  // namespace

Mutator::Mutator(std::uint64_t seed, std::vector<std::string> words)
    : random_(seed), words_(std::move(words)) {}

std::string Mutator::mutate(std::string text) {
    do {
        mutate_once(text);
    } while (chance(2));
    return text;
}

void Mutator::mutate_once(std::string& text) {
    const std::size_t at = below(text.size() + 1);
    const std::size_t length = std::min(text.size() - at, below(chance(4) ? 300 : 12));
    const std::string piece = text.substr(at, length);
    switch (below(8)) {
        case 0: text.erase(at, length); break;
        case 1: text.insert(below(text.size() + 1), piece); break;
        case 2: text.insert(at, pick(kSigns)); break;
        case 3: text.replace(at, length, pick(kSigns)); break;
        case 4:
            if (!words_.empty())
                text.replace(at, chance(2) ? length : 0, pick(words_));
            break;
        case 5: move_line(text); break;
        case 6:
            if (chance(20))
                text.insert(at, std::string(1 + below(60'000), pick(kSigns)[0]));
            break;
        default:
            if (at < text.size())
                text[at] = static_cast<char>(random_());
    }
}

void Mutator::move_line(std::string& text) {
    const auto line_at = [&](std::size_t at) {
        const std::size_t before = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
        const std::size_t begin = before == std::string::npos ? 0 : before + 1;
        const std::size_t end = std::min(text.find('\n', at), text.size() - 1);
        return std::pair(begin, end + 1 - begin);
    };
    if (text.empty())
        return;
    const auto [begin, length] = line_at(below(text.size()));
    const std::string line = text.substr(begin, length);
    if (chance(2))
        text.erase(begin, length);
    if (!text.empty())
        text.insert(line_at(below(text.size())).first, line);
}

std::uint64_t seed() {
    static const std::uint64_t chosen = [] {
        const char* given = std::getenv("XOS_TEST_SEED");
        const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
        const std::uint64_t seed =
            given ? std::strtoull(given, nullptr, 10) : static_cast<std::uint64_t>(now);
        MESSAGE("XOS_TEST_SEED=" << seed);
        return seed;
    }();
    return chosen;
}

std::size_t steps(std::size_t few) {
    return std::getenv("XOS_TEST_FULL") ? few * 100 : few;
}

std::string source(const std::string& path) {
    auto text = read_file(std::string(XOS_SOURCE_DIR) + "/" + path);
    REQUIRE_MESSAGE(text, path);
    return std::move(text).value();
}

Deadline::~Deadline() {
    if (std::chrono::steady_clock::now() - begin_ > kPatience)
        FAIL_CHECK("too slow: " << input_);
}

}  // namespace xos::fuzz
