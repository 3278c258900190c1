#pragma once

#include "api/call.h"
#include "api/idempotency.h"
#include "api/parts.h"
#include "api/writes.h"
#include "base/json.h"

#include <memory>

namespace xos::api {

/// Takes several operations that happen together or not at all.
class Transactions {
public:
    Transactions(const Parts& parts, const Writes& writes, Idempotency& idempotency)
        : parts_(parts), writes_(writes), idempotency_(idempotency) {}

    /// Once for each Idempotency-Key.
    void post(const CallPointer& call) const;

private:
    void run(const CallPointer& call, const std::shared_ptr<const Json>& body) const;

    const Parts& parts_;
    const Writes& writes_;
    Idempotency& idempotency_;
};

}  // namespace xos::api
