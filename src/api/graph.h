#pragma once

#include "api/reader.h"
#include "kernel/violations.h"

#include <string>
#include <vector>

namespace xos::api {

/// Services and their instances as nodes, and what links them as edges, with status: as far as the
/// reader sees both ends.
std::string format_graph(const Reader& reader);

/// What no longer conforms to the admission rules, as far as the reader sees the objects.
std::string format_violations(const Reader& reader, const std::vector<kernel::Violation>& found);

}  // namespace xos::api
