#pragma once

#include "access/access.h"
#include "kernel/change.h"
#include "kernel/owners.h"

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
Result<std::vector<ObjectId>> run_operations(Change& change, const Transaction& transaction,
                                             const std::vector<Observation>& observations);
/// `operation` with the ids of what earlier ones made in place of `made_by`. Invalid when it refers
/// to one that made nothing.
Result<Operation> with_ids(const Operation& operation, const std::vector<ObjectId>& made);

/// Links that the caller gave lead to live objects that the caller may read. Else Invalid.
Result<void> check_given_links(const Change& change, const Caller& caller,
                               const Transaction& transaction, const std::vector<ObjectId>& ids);

/// May the caller have made the objects what they have become?
Result<void> check_after(const Change& change, const Caller& caller, const Transaction& transaction,
                         const std::vector<ObjectId>& ids);

/// `error` with its details under the place of `operation`, if that has one.
Error placed(Error error, const Operation& operation);
/// The same for the operation that is about `object`.
Error placed(Error error, const Transaction& transaction, const std::vector<ObjectId>& ids,
             ObjectId object);

}  // namespace xos::kernel
