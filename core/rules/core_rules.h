#pragma once

#include "kernel/rule.h"
#include "schema/schema.h"

namespace xos::core {

/// The rules of the core types in the order in which they run.
///
/// Precondition: `schema` holds the core models. The rules keep nothing of it but positions of
/// types and fields, so they belong to this schema and may outlive it.
kernel::Rules make_core_rules(const schema::Schema& schema);

}  // namespace xos::core
