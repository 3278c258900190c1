#pragma once

#include "base/object_id.h"
#include "base/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xos::model {
class Snapshot;
}

namespace xos::synchronizer {

class Actuator;

/// A thing in the back-end that carries our mark.
struct Mark {
    ObjectId id;       ///< The object it was made for.
    std::string name;  ///< What the back-end calls it; with `id` it names the thing.
};

/// What a back-end really has.
struct Reality {
    /// Everything with the mark of our lineage; nothing with another's.
    std::vector<Mark> marks;
    /// Objects that are not as the model says: changed, gone, or in part.
    std::vector<ObjectId> differing;
};

/// Speaks to one kind of back-end: has the actuators of a service and compares their work with
/// reality. Made by a plug-in. Thread-safe: `scan` and `remove_orphan` run beside steps.
class Driver {
public:
    virtual ~Driver() = default;

    /// Probes and prepares the back-end. Called before the first step; when it fails, every step
    /// fails with its error, and it is called again before later ones.
    virtual Result<void> prepare() { return {}; }

    /// The actuator that a manifest calls `actuator: {plugin: name}`, or nullptr. It lives as long
    /// as the driver.
    virtual Actuator* find_actuator(std::string_view name) = 0;

    /// Looks at the back-end: at start, then every minute. Nothing when it cannot be asked in one
    /// go: then each object has its step at each start. Steps run meanwhile, so an object that is
    /// being worked on may be reported as differing; it only costs a step.
    virtual Result<std::optional<Reality>> scan(const model::Snapshot& desired);

    /// Takes away a thing whose object is in no model. The framework has made sure of that.
    virtual Result<void> remove_orphan(const Mark& orphan);
};

}  // namespace xos::synchronizer
