#pragma once

#include "base/result.h"
#include "synchronizer/plugin.h"

#include <string>

namespace xos::synchronizer {

/// The plug-in in the shared library at `path`, which stays loaded for good. NotFound when there is
/// no such file; Invalid when it is no plug-in, or one of another version.
Result<const Plugin*> load_plugin(const std::string& path);

}  // namespace xos::synchronizer
