#pragma once

#include "model/view.h"
#include "synchronizer/observation.h"

#include <string>

namespace xos::synchronizer {

/// A hash of all that a step for `row` reads: what users want of it, and the values of the paths
/// that its manifest reads. Equal hashes mean that a step that was done once has nothing to add.
/// `version` is that of the service, whose next one may make the same wish real in another way.
std::string hash_inputs(model::View view, const Observation& observation, const model::Row& row,
                        std::string_view version);

}  // namespace xos::synchronizer
