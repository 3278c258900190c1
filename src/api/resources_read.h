#pragma once

#include "api/call.h"
#include "api/parts.h"

namespace xos::api {

/// Gives objects, one or a list. Never waits; long lists run on the workers.
class ResourcesRead {
public:
    explicit ResourcesRead(const Parts& parts) : parts_(parts) {}

    void get(const CallPointer& call) const;
    void list(const CallPointer& call) const;

private:
    const Parts& parts_;
};

}  // namespace xos::api
