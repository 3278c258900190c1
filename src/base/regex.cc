#include "base/regex.h"

#include <re2/re2.h>

namespace xos {
namespace {

constexpr std::int64_t kMaxMemory = 1 << 20;

re2::StringPiece piece(std::string_view text) {
    return {text.data(), text.size()};
}

}  // namespace

Regex::Regex(std::shared_ptr<const re2::RE2> compiled) : compiled_(std::move(compiled)) {}

Result<Regex> Regex::compile(std::string_view pattern) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kMaxMemory);
    auto compiled = std::make_shared<const re2::RE2>(piece(pattern), options);
    if (!compiled->ok()) {
        const bool large = compiled->error_code() == re2::RE2::ErrorPatternTooLarge;
        return Error{large ? ErrorCode::TooLarge : ErrorCode::Malformed,
                     "regular expression \"" + std::string(pattern) + "\": " + compiled->error()};
    }
    return Regex(std::move(compiled));
}

bool Regex::matches(std::string_view text) const {
    return re2::RE2::FullMatch(piece(text), *compiled_);
}

bool Regex::finds_in(std::string_view text) const {
    return re2::RE2::PartialMatch(piece(text), *compiled_);
}

const std::string& Regex::pattern() const {
    return compiled_->pattern();
}

}  // namespace xos
