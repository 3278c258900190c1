#pragma once

#include "api/call.h"
#include "api/parts.h"

namespace xos::api {

/// Tells what became of an object over time, from the journal.
class History {
public:
    explicit History(const Parts& parts) : parts_(parts) {}

    void get(const CallPointer& call) const;

private:
    const Parts& parts_;
};

}  // namespace xos::api
