#pragma once

#include "api/call.h"
#include "api/parts.h"
#include "api/writes.h"

namespace xos::api {

/// Takes several operations that happen together or not at all.
class Transactions {
public:
    Transactions(const Parts& parts, const Writes& writes) : parts_(parts), writes_(writes) {}

    void post(const CallPointer& call) const;

private:
    const Parts& parts_;
    const Writes& writes_;
};

}  // namespace xos::api
