#pragma once

#include "api/call.h"
#include "api/parts.h"
#include "api/services.h"

namespace xos::api {

/// Takes what synchronizers report about objects.
class Status {
public:
    Status(const Parts& parts, Services& services) : parts_(parts), services_(services) {}

    void post(const CallPointer& call) const;

private:
    const Parts& parts_;
    Services& services_;
};

}  // namespace xos::api
