#pragma once

#include "access/access.h"
#include "kernel/change.h"

namespace xos::kernel {

/// Who asks, and who says what they may.
struct Caller {
    const access::Access& access;
    const Principal& principal;
    const model::Row* user = nullptr;  ///< The principal's row before the transaction.
};

/// May the caller do what `transaction` asks for to the objects as they are? NotFound for those
/// that do not exist or cannot be read, Conflict for those being deleted, Stale by `if_match`.
/// Objects that the transaction itself makes are left for `check_after`.
Result<void> check_before(model::View view, const Caller& caller, const Transaction& transaction);

/// Does what the operations say, without rules. The id of each operation's object.
Result<std::vector<ObjectId>> run_operations(Change& change, const Transaction& transaction);

/// Links that the caller gave lead to live objects that the caller may read. Else Invalid.
Result<void> check_given_links(const Change& change, const Caller& caller,
                               const Transaction& transaction, const std::vector<ObjectId>& ids);

/// May the caller have made the objects what they have become?
Result<void> check_after(const Change& change, const Caller& caller, const Transaction& transaction,
                         const std::vector<ObjectId>& ids);

}  // namespace xos::kernel
