#pragma once

#include "api/call.h"
#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>

namespace xos::api {

/// The part of an upload that a request says it brings, by Content-Range.
struct Part {
    std::uint64_t first = 0;
    std::uint64_t size = 0;   ///< Zero: it only asks what is there.
    std::uint64_t total = 0;  ///< Of the whole content.
};

/// Nothing when the request brings the whole; Malformed when the header is wrong.
Result<std::optional<Part>> parse_part(const http::Headers& headers);

/// The answer to a part after which more is to come: how much is there.
http::Response received(std::uint64_t count, std::uint64_t total, int status = 202);

/// Removes what uploads that nobody goes on with have left in a folder: what was not touched for a
/// day.
void remove_left_uploads(const std::string& directory);

}  // namespace xos::api
