#pragma once

#include "base/guarded.h"
#include "base/object_id.h"

#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

namespace xos::synchronizer {

/// Which object waits for which, indexed by the object that is waited for.
///
/// An object waits for one other at a time. Thread-safe.
class WaitIndex {
public:
    /// From now on `waiter` waits for `dependency`, and for nothing else. False, and it waits for
    /// nothing, when that would close a circle.
    bool add(ObjectId waiter, ObjectId dependency);
    /// `waiter` waits no more.
    void remove(ObjectId waiter);

    /// What `waiter` waits for.
    std::optional<ObjectId> find(ObjectId waiter) const;
    /// Those that wait for `dependency`, in order of id. They go on waiting until removed.
    std::vector<ObjectId> waiters_of(ObjectId dependency) const;
    /// The objects from `dependency` on that wait for one another and in the end for `waiter`, when
    /// it waiting for `dependency` would close a circle; else empty.
    std::vector<ObjectId> find_circle(ObjectId waiter, ObjectId dependency) const;
    std::size_t size() const;

private:
    struct State {
        std::unordered_map<ObjectId, ObjectId> dependency_of;
        std::unordered_map<ObjectId, std::set<ObjectId>> waiters_of;

        void remove(ObjectId waiter);
        std::vector<ObjectId> find_circle(ObjectId waiter, ObjectId dependency) const;
    };

    Guarded<State> state_;
};

}  // namespace xos::synchronizer
