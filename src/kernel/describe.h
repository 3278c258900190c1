#pragma once

#include "model/view.h"

#include <string>

namespace xos::kernel {

/// How messages name an object: `slice "lab"` by its name, `network slice "net/lab"` by its natural
/// key, else `port 17`.
std::string describe(model::View view, const model::Row& row);

/// `message` with each {obj.path} replaced by what it is for `row`.
std::string fill_in(model::View view, const model::Row& row, const std::string& message);

}  // namespace xos::kernel
