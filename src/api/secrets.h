#pragma once

#include "api/call.h"
#include "api/parts.h"
#include "model/row.h"

namespace xos::api {

/// Gives a synchronizer the plain text of a secret field that it may have (`access`). Each reading
/// is logged.
class Secrets {
public:
    explicit Secrets(const Parts& parts) : parts_(parts) {}

    void post(const CallPointer& call) const;

private:
    void answer(const CallPointer& call, const model::Row& row, model::FieldIndex at) const;

    const Parts& parts_;
};

}  // namespace xos::api
