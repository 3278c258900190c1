#pragma once

#include "base/guarded.h"
#include "model/snapshot.h"
#include "synchronizer/actuator.h"
#include "synchronizer/driver.h"
#include "synchronizer/status_writer.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace xos::synchronizer {

/// A back-end in memory: for each object the revision of the goal that was made real. It does what
/// an actuator promises, unless a test says otherwise. Thread-safe.
class FakeDriver final : public Driver, public Actuator {
public:
    using Answer = std::function<std::optional<Result<Outcome>>(const model::Snapshot& desired,
                                                                ObjectId id, StatusWriter& status)>;

    /// Asked first in each step; nothing: the step goes on. Set it while no steps run.
    Answer answer = [](const model::Snapshot&, ObjectId, StatusWriter&) { return std::nullopt; };
    bool can_scan = true;
    std::optional<Error> broken;  ///< What `prepare` says.

    Actuator* find_actuator(std::string_view name) override {
        return name == "fake" ? this : nullptr;
    }
    Result<void> prepare() override;
    Result<std::optional<Reality>> scan(const model::Snapshot& desired) override;
    Result<void> remove_orphan(const Mark& orphan) override;
    Result<Outcome> reconcile(const model::Snapshot& desired, ObjectId id,
                              StatusWriter& status) override;
    Result<Outcome> remove(const model::Snapshot& desired, ObjectId id,
                           StatusWriter& status) override;

    /// Puts something there, or takes it away, behind the synchronizer's back.
    void put(ObjectId id, std::uint64_t goal);
    void lose(ObjectId id);

    bool has(ObjectId id) const;
    std::size_t size() const;
    /// The objects of all steps so far, in order; a removal is the object's id too.
    std::vector<ObjectId> steps() const;
    std::size_t steps_of(ObjectId id) const;

private:
    struct State {
        std::map<ObjectId, std::uint64_t> there;
        std::vector<ObjectId> steps;
    };

    Guarded<State> state_;
};

}  // namespace xos::synchronizer
