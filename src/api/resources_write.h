#pragma once

#include "api/call.h"
#include "api/parts.h"
#include "api/writes.h"

namespace xos::api {

/// Makes, changes and deletes single objects.
class ResourcesWrite {
public:
    ResourcesWrite(const Parts& parts, const Writes& writes) : parts_(parts), writes_(writes) {}

    void create(const CallPointer& call) const;
    /// PATCH, by merge.
    void update(const CallPointer& call) const;
    /// PUT: fields that are absent take their defaults.
    void replace(const CallPointer& call) const;
    void remove(const CallPointer& call) const;

private:
    enum class Absent : std::uint8_t { Kept, Reset };
    void change(const CallPointer& call, Absent absent, int tries) const;
    void answer_object(const CallPointer& call, const kernel::Committed& done, int status) const;

    const Parts& parts_;
    const Writes& writes_;
};

}  // namespace xos::api
