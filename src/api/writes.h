#pragma once

#include "api/call.h"
#include "api/parts.h"
#include "base/result.h"
#include "kernel/transaction.h"

#include <functional>
#include <memory>

namespace xos::api {

/// Hands transactions of calls to the kernel, or only plans them (`?plan=1`).
class Writes {
public:
    using Then = std::function<void(Result<kernel::Committed>)>;

    explicit Writes(const Parts& parts) : parts_(parts) {}

    /// Commits `operations` as the caller of `call`; `then` runs on any thread and must not block.
    /// With `?plan=1` answers the call with the plan instead, and `then` is never called.
    void submit(const CallPointer& call, std::vector<kernel::Operation> operations,
                Then then) const;

private:
    const Parts& parts_;
};

/// Adds what is wrong with the values of `operations`, so that it is told together with `mistakes`
/// that were found in reading them. Does nothing when there are none: the kernel looks itself.
void add_value_mistakes(const schema::Schema& schema,
                        const std::vector<kernel::Operation>& operations,
                        std::vector<ErrorDetail>& mistakes);

/// The revision of an If-Match header: a number, with or without quotes. Nothing when the header is
/// absent or "*"; Malformed otherwise.
Result<std::optional<Revision>> parse_if_match(const http::Headers& headers);

}  // namespace xos::api
