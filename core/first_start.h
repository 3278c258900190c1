#pragma once

#include "kernel/transaction.h"
#include "schema/schema.h"

#include <string_view>

namespace xos::core {

/// What an empty model starts with, for the system to commit: roles, network templates, flavors,
/// a Site `xos` that hosts no nodes, and the root user at home there.
///
/// Precondition: `schema` holds the core models. `password_hash` is what `hash_password` gave.
kernel::Transaction first_start(const schema::Schema& schema, std::string_view email,
                                std::string_view password_hash);

}  // namespace xos::core
