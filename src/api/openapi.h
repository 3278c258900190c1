#pragma once

#include "base/json.h"
#include "schema/schema.h"

#include <string>

namespace xos::api {

/// The API as an OpenAPI 3.1 document: the fixed paths, and for each type its resources.
std::string format_openapi(const schema::Schema& schema);

/// The part of the document that is the same for every schema: what is beside the resources, and
/// the components that all paths share.
Json fixed_openapi();

}  // namespace xos::api
