#pragma once

#include "api/call.h"
#include "api/parts.h"
#include "api/text_cache.h"

namespace xos::api {

/// Gives objects, one or a list. Never waits; long lists run on the workers.
class ResourcesRead {
public:
    ResourcesRead(const Parts& parts, TextCache& texts) : parts_(parts), texts_(texts) {}

    void get(const CallPointer& call) const;
    void list(const CallPointer& call) const;

private:
    const Parts& parts_;
    TextCache& texts_;
};

}  // namespace xos::api
