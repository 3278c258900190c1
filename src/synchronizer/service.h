#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "synchronizer/budget.h"
#include "synchronizer/observation.h"

#include <cstddef>
#include <string>
#include <vector>

namespace xos::synchronizer {

/// What a synchronizer takes from the manifest of its service.
struct Service {
    std::string name;
    std::string version;
    std::vector<ObservationSource> observes;
    std::size_t workers = 8;
    Budget::Options budget = {};
    /// How often reality is looked at: the shortest `poll` of its types.
    Duration scan_every{60'000};
};

/// Reads DIR/service.yaml. Invalid with all its mistakes, or when it asks for what synchronizers
/// cannot do: actuators other than plug-ins, `pull`, `events`, and drift other than reverted.
Result<Service> load_service(const std::string& dir);

}  // namespace xos::synchronizer
