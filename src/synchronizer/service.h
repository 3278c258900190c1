#pragma once

#include "base/result.h"
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
};

/// Reads DIR/service.yaml. Invalid with all its mistakes, or when it asks for a way to run
/// actuators other than plug-ins, the only one there is.
Result<Service> load_service(const std::string& dir);

}  // namespace xos::synchronizer
