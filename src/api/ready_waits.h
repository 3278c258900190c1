#pragma once

#include "api/call.h"
#include "api/parts.h"
#include "api/services.h"

#include <functional>
#include <memory>
#include <vector>

namespace xos::api {

/// Lets requests wait until an object is ready and its service has caught up with a revision.
/// Thread-safe; nothing is done while nobody waits.
class ReadyWaits : public std::enable_shared_from_this<ReadyWaits> {
public:
    /// What is waited for.
    struct Goal {
        ObjectId object;
        Revision revision;
    };
    using Then = std::function<void()>;

    static std::shared_ptr<ReadyWaits> create(const Parts& parts, Services& services);

    /// Calls `then` once the goal is reached, on this thread or on a worker. Refuses `call` when
    /// the object is gone, or not ready in time.
    void wait(const CallPointer& call, Goal goal, Then then);
    /// Something has changed: the model, or how far a service has come.
    void look();

private:
    struct Wait {
        CallPointer call;
        Goal goal;
        Then then;
        TimePoint until;
    };
    enum class State : std::uint8_t { NotYet, Reached, Gone };

    ReadyWaits(const Parts& parts, Services& services) : parts_(parts), services_(services) {}
    State state_of(const Goal& goal) const;
    bool try_end(Wait& wait) const;
    void look_now();

    const Parts& parts_;
    Services& services_;
    Guarded<std::vector<Wait>> waits_;
};

}  // namespace xos::api
