#pragma once

#include <optional>
#include <string_view>

namespace xos::schema {

/// Whether `text` is a version: one to three whole numbers with dots between, and perhaps "-" or
/// "+" and anything behind, which counts for nothing here.
bool is_version(std::string_view text);

/// Whether `version` is in `range`: conditions with commas between, each "=", ">", ">=", "<", "<="
/// and a version, or "~1.3" (1.3 and its later patches) or "^1.3" (1.3 and what follows up to 2).
/// An empty range takes all. Nothing when one of the two is malformed.
std::optional<bool> is_in_range(std::string_view version, std::string_view range);

}  // namespace xos::schema
