#pragma once

#include "journal/shape.h"
#include "schema/schema.h"

#include <vector>

namespace xos::kernel {

/// What people who read the journal with a database tool see of each type of `schema`: one view a
/// type, its stored fields as columns but those that are secret or hashed.
std::vector<journal::Shape> shapes_of(const schema::Schema& schema);

}  // namespace xos::kernel
