#pragma once

#include "model/view.h"
#include "synchronizer/observation.h"

#include <functional>
#include <optional>

namespace xos::synchronizer {

/// An object and what is to be done about it.
struct Work {
    const model::Row& row;
    Duty duty;
};

/// The first object that has to come before `work`, or nothing.
///
/// To be made, an object waits for those it links to, and those of its `after`, until they are
/// ready. To be taken away, it waits for those that link to it, and those that come after it, until
/// they are gone. Only what a service makes real is waited for. An object that `accept` refuses is
/// passed over.
std::optional<ObjectId> find_blocker(model::View view, const Observations& observations,
                                     const Work& work, const std::function<bool(ObjectId)>& accept);

}  // namespace xos::synchronizer
