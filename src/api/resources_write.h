#pragma once

#include "api/call.h"
#include "api/idempotency.h"
#include "api/parts.h"
#include "api/writes.h"

namespace xos::api {

/// Makes, changes and deletes single objects.
class ResourcesWrite {
public:
    ResourcesWrite(const Parts& parts, const Writes& writes, Idempotency& idempotency)
        : parts_(parts), writes_(writes), idempotency_(idempotency) {}

    /// POST, once for each Idempotency-Key.
    void create(const CallPointer& call) const;
    /// PATCH, by merge.
    void update(const CallPointer& call) const;
    /// PUT: fields that are absent take their defaults.
    void replace(const CallPointer& call) const;
    void remove(const CallPointer& call) const;
    /// An operation that is no field, such as `retry`.
    void act(const CallPointer& call) const;

private:
    enum class Absent : std::uint8_t { Kept, Reset };
    void create_fresh(const CallPointer& call) const;
    void change(const CallPointer& call, Absent absent, int tries) const;
    void answer_object(const CallPointer& call, const kernel::Committed& done, int status) const;

    const Parts& parts_;
    const Writes& writes_;
    Idempotency& idempotency_;
};

}  // namespace xos::api
