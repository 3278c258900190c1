#pragma once

#include "model/draft.h"
#include "synchronizer/observation.h"

#include <span>
#include <vector>

namespace xos::synchronizer {

/// The objects whose work depends on what `edits` have changed, each once, in order of id: those
/// whose own wish has changed, and those that read something that has. `view` is the model after
/// the edits.
///
/// What many edits share is walked once, so that a commit that touches all ends of a network of n
/// costs about n, not n².
std::vector<ObjectId> find_affected(model::View view, const Observations& observations,
                                    std::span<const model::Edit> edits);

}  // namespace xos::synchronizer
