#pragma once

#include "base/result.h"

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace xos {

/// A compiled regular expression in RE2's syntax: matching takes time in proportion to the text,
/// whatever the pattern, so users may give patterns.
///
/// Copies share what is compiled, which never changes. Thread-safe.
class Regex {
public:
    /// Malformed with the reason when `pattern` is no expression; TooLarge when its automaton would
    /// take more than 1 MiB.
    static Result<Regex> compile(std::string_view pattern);

    /// Whether the expression is all of `text`.
    bool matches(std::string_view text) const;
    /// Whether the expression is somewhere in `text`.
    bool finds_in(std::string_view text) const;

    const std::string& pattern() const;

private:
    explicit Regex(std::shared_ptr<const re2::RE2> compiled);

    std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace xos
