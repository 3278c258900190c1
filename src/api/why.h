#pragma once

#include "api/call.h"
#include "api/parts.h"
#include "api/services.h"

namespace xos::api {

/// Says why an object is not what it should be: its own state, what it waits for, and so on down
/// the chain, together with what the synchronizer says.
class Why {
public:
    Why(const Parts& parts, Services& services) : parts_(parts), services_(services) {}

    void get(const CallPointer& call) const;

private:
    const Parts& parts_;
    Services& services_;
};

}  // namespace xos::api
