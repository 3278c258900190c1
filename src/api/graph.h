#pragma once

#include "api/reader.h"
#include "kernel/violations.h"

#include <string>
#include <vector>

namespace xos::api {

/// Services and their instances as nodes, and what links them as edges, with status: as far as the
/// reader sees both ends.
std::string format_graph(const Reader& reader);

/// What does not conform to admission rules or invariants, as far as the reader sees the objects.
std::string format_violations(const Reader& reader, const std::vector<kernel::Violation>& found);

}  // namespace xos::api
