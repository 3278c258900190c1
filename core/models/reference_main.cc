#include "core/models/core_models.h"
#include "core/models/reference.h"

#include <cstdio>
#include <memory>
#include <variant>

/// Writes docs/reference/types.md to the standard output.
int main() {
    using xos::schema::Schema;
    const auto built = Schema::build(xos::core::core_models());
    if (const auto* problems = std::get_if<xos::schema::Problems>(&built)) {
        std::fputs(format(*problems).c_str(), stderr);
        return 1;
    }
    const auto& schema = *std::get<std::shared_ptr<const Schema>>(built);
    std::fputs(xos::core::types_reference(schema).c_str(), stdout);
    return 0;
}
