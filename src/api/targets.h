#pragma once

#include "api/call.h"
#include "api/reader.h"
#include "base/result.h"

#include <optional>
#include <string>
#include <string_view>

namespace xos::api {

/// The type that a path such as "core/slices" names; NotFound, with a suggestion, when there is
/// none.
Result<const schema::Type*> get_type(const schema::Schema& schema, std::string_view app,
                                     std::string_view plural);

/// The id that a segment of a path is.
std::optional<ObjectId> parse_id(std::string_view text);

/// The object that a request of a path "{app}/{plural}/{id}…" is about. NotFound when there is
/// none, as far as the reader may know.
Result<const model::Row*> get_object(const Reader& reader, const Call& call);

/// "/xosapi/v1/core/slices", of the type itself.
std::string path_of(const schema::Type& type);

/// Mistakes for all query parameters that are not among `known`, and for values of `plan` and
/// `cascade` that mean neither yes nor no: a write must not happen by a slip of the pen.
void check_parameters(const Call& call, std::span<const std::string_view> known,
                      std::vector<ErrorDetail>& mistakes);

}  // namespace xos::api
