#pragma once

#include "base/result.h"
#include "http/headers.h"
#include "model/row.h"

#include <string>
#include <string_view>

namespace xos::api {

/// The tag of an object as it is: its revision in quotes.
std::string entity_tag(const model::Row& row);

/// Whether an If-Match or If-None-Match header names `tag`: "*" names all, else it is a list.
/// Weak tags count as strong ones: the same revision is the same object.
bool names_tag(std::string_view header, std::string_view tag);

/// The conditions of a request that reads: Stale when If-Match does not name what is there.
Result<void> check_read(const http::Headers& headers, std::string_view tag);
/// Of one that writes: Stale when If-None-Match names what is there. If-Match is for the commit.
Result<void> check_write(const http::Headers& headers, const model::Row& row);

}  // namespace xos::api
