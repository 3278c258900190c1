#pragma once

#include "api/call.h"
#include "api/parts.h"
#include "base/guarded.h"
#include "kernel/transaction.h"

#include <functional>
#include <optional>
#include <set>
#include <string>

namespace xos::api {

/// Lets a client that never got an answer send a write again without doing it twice: it gives the
/// request a name of its own in the header Idempotency-Key. What came of a successful one is kept
/// with its commit for a day, under its caller's name. Thread-safe.
class Idempotency {
public:
    using Earlier = std::function<void(const kernel::Committed&)>;

    explicit Idempotency(const Parts& parts) : parts_(parts) {}

    /// Calls `fresh`, at once when `call` has no such name. Calls `earlier` with what came of it
    /// instead when the same request was done before. Refuses the call when the name stands for
    /// another request, or for one that is under way.
    void run(const CallPointer& call, Earlier earlier, std::function<void()> fresh);

private:
    /// A name while its request is under way.
    class Claim;
    struct Name {
        std::string key;      // Of the caller and the name.
        std::string request;  // Hash of what is asked for.
    };

    Result<std::optional<kernel::Committed>> find_earlier(const Name& name) const;

    const Parts& parts_;
    Guarded<std::set<std::string>> under_way_;
};

}  // namespace xos::api
