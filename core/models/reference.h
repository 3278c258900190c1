#pragma once

#include "schema/schema.h"

#include <string>

namespace xos::core {

/// The page docs/reference/types.md: all types of `schema`, a table of fields each, in the order of
/// the sources.
std::string types_reference(const schema::Schema& schema);

}  // namespace xos::core
