#pragma once

#include "api/call.h"
#include "api/parts.h"

namespace xos::api {

/// Gives a synchronizer the plain text of a secret field that it needs: of objects that its service
/// makes real, of its service's Controllers, and of its service itself. Each reading is logged.
class Secrets {
public:
    explicit Secrets(const Parts& parts) : parts_(parts) {}

    void post(const CallPointer& call) const;

private:
    const Parts& parts_;
};

}  // namespace xos::api
