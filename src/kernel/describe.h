#pragma once

#include "model/view.h"

#include <string>

namespace xos::kernel {

/// How messages name an object: `Slice "lab"` by its natural key where that is one text, else
/// `Port 17`.
std::string describe(model::View view, const model::Row& row);

}  // namespace xos::kernel
