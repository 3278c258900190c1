#pragma once

#include "api/call.h"
#include "api/parts.h"
#include "api/ready_waits.h"
#include "api/text_cache.h"

namespace xos::api {

/// Gives objects, one or a list. Never waits; long lists run on the workers.
class ResourcesRead {
public:
    ResourcesRead(const Parts& parts, TextCache& texts, ReadyWaits& waits)
        : parts_(parts), texts_(texts), waits_(waits) {}

    void get(const CallPointer& call) const;
    void list(const CallPointer& call) const;

private:
    void answer(const CallPointer& call) const;

    const Parts& parts_;
    TextCache& texts_;
    ReadyWaits& waits_;
};

}  // namespace xos::api
