#pragma once

#include "schema/schema.h"

#include <string>

namespace xos::api {

/// All types as data, complete enough for a user interface to build lists and forms of them.
std::string format_modeldefs(const schema::Schema& schema);

/// The schema as its sources, in the order in which they build.
std::string format_sources(const schema::Schema& schema);

}  // namespace xos::api
