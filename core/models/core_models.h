#pragma once

#include "schema/schema.h"

#include <vector>

namespace xos::core {

/// The sources of the core object types, as they were when this program was built.
std::vector<schema::Source> core_models();

}  // namespace xos::core
