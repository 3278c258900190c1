#pragma once

#include "kernel/change.h"

#include <string>
#include <vector>

namespace xos::kernel {

/// Every mistake in the values that the operations of `transaction` give, whatever the model says:
/// lengths, ranges, choices, formats, fields that nobody may set. Values that may be written in
/// several ways are brought into one (`stripped` text, sorted sets, hashed passwords).
Result<void> check_values(const schema::Schema& schema, Transaction& transaction);

/// What is wrong with one object.
struct Finding {
    ObjectId object;
    Error error;
};

/// Everything that does not hold of the objects that `change` touched, once the rules have run:
/// required fields are set, links lead to live objects of their type, unique keys are unique,
/// validators hold. Of very many, the first.
std::vector<Finding> check_objects(const Change& change);

}  // namespace xos::kernel
