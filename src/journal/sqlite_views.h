#pragma once

#include "journal/shape.h"
#include "journal/sqlite.h"

#include <span>

namespace xos::journal {

/// Makes the views of a database those of `shapes`, in one transaction; touches nothing when they
/// are that already.
Result<void> keep_views(sqlite::Connection& connection, std::span<const Shape> shapes);

}  // namespace xos::journal
