#pragma once

#include "model/view.h"

#include <vector>

namespace xos::expression {

/// The objects whose invariants `read` has checked again because `changed` has changed: a row made,
/// changed, or marked as deleted; `before` is the row as it was, or nullptr. May name too many,
/// never too few.
std::vector<ObjectId> objects_reading(model::View view, const schema::InvariantRead& read,
                                      const model::Row& changed, const model::Row* before);

}  // namespace xos::expression
