#pragma once

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xos::http {

/// Decoded names and values in their order; a name may repeat.
using Query = std::vector<std::pair<std::string, std::string>>;

/// An absolute http or https address in its parts.
struct Url {
    std::string scheme;  ///< "http" or "https".
    std::string host;    ///< Without the brackets of an IPv6 address.
    std::uint16_t port = 0;
    std::string target;  ///< Path and query as sent; at least "/".

    /// Malformed when `text` is not `http[s]://host[:port][/path][?query]`. A fragment is dropped;
    /// a user in front of the host is refused.
    static Result<Url> parse(std::string_view text);

    /// "host:port" for the Host header, without a port that is the scheme's own.
    std::string authority() const;
    std::string format() const;
};

/// `text` with all but letters, digits and "-._~" as "%XX".
std::string percent_encode(std::string_view text);

/// The reverse, or nothing when a "%" is not followed by two hexadecimal digits or the text would
/// contain a zero byte.
std::optional<std::string> percent_decode(std::string_view text);

/// The parameters of "a=1&b=%20x+y", without the "?". "+" is a space. Malformed on a bad escape.
Result<Query> parse_query(std::string_view text);
std::string format_query(const Query& query);

}  // namespace xos::http
