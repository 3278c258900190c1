#pragma once

#include "base/crypto.h"
#include "base/wall_clock.h"
#include "kernel/transaction.h"

#include <string>
#include <string_view>
#include <vector>

namespace xos::api {

/// The promise that a plan makes: a token that goes with the real write and fails it when the
/// outcome would not be the one that was planned.
///
/// It is a keyed hash of who asks for what and of what comes of it: ids of what is made, revisions,
/// times and what the system allocates aside. Good for an hour. Thread-safe.
class PlanTokens {
public:
    /// `clock` must outlive it.
    PlanTokens(const SecretKey& key, const WallClock& clock) : key_(key), clock_(clock) {}

    /// What identifies a request: its principal and its operations.
    static std::string digest(const schema::Schema& schema, const kernel::Transaction& transaction);

    std::string make(std::string_view digest, model::View view,
                     const std::vector<model::Edit>& edits) const;
    /// What fails a transaction whose outcome is not that of `token`. Invalid when it is no token,
    /// or that of another request; Stale when it is too old.
    Result<kernel::Transaction::Review> check(std::string_view token,
                                              std::string_view digest) const;

private:
    std::string sign(std::string_view what, std::string_view expiry, std::string_view digest) const;

    const SecretKey key_;
    const WallClock& clock_;
};

}  // namespace xos::api
