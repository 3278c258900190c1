#pragma once

#include "base/guarded.h"
#include "base/object_id.h"

#include <cstddef>
#include <memory>
#include <unordered_map>

namespace xos::api {

/// How many requests and streams each principal has open: one that opens without end takes nobody
/// else's place. Thread-safe; places may outlive it.
class Presence {
public:
    /// A place that is given back when the last copy goes.
    using Place = std::shared_ptr<const void>;

    explicit Presence(std::size_t most) : most_(most) {}

    /// A place for one more request of `principal`; nullptr when all are taken.
    Place enter(ObjectId principal);

private:
    using Counts = std::unordered_map<ObjectId, std::size_t>;

    const std::size_t most_;
    const std::shared_ptr<Guarded<Counts>> counts_ = std::make_shared<Guarded<Counts>>();
};

}  // namespace xos::api
