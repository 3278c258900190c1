#pragma once

#include "kernel/change.h"
#include "schema/schema.h"

#include <optional>
#include <string>
#include <vector>

namespace xos::kernel {

/// One entry of a manifest's `observes`: which objects a service makes real. Followers have none.
struct Observation {
    std::string service;  ///< By name.
    TypeId type;
    std::optional<schema::Expression> select;  ///< All of the type where it is absent.
};

/// Sets `backend_owner` of what `change` touched, and of what reads something it touched: the
/// service whose observation selects the object. One that has an owner keeps it until the owner
/// has said it is clean. Conflict when two services select the same object, naming both.
Result<void> assign_owners(Change& change, const std::vector<Observation>& observations);
/// The same for all objects of the observed types.
Result<void> assign_all_owners(Change& change, const std::vector<Observation>& observations);

/// The live Service called `name`, or nullptr.
const model::Row* find_service(model::View view, std::string_view name);
/// Whether some observation of `service` selects `row`.
bool selects(model::View view, const std::vector<Observation>& observations,
             const std::string& service, const model::Row& row);

}  // namespace xos::kernel
