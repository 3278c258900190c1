#pragma once

#include "schema/schema.h"

#include <string>
#include <variant>
#include <vector>

namespace xos::schema {

/// What checking an invariant reads.
struct Reads {
    std::vector<InvariantRead> reads;
    bool feedback = false;  ///< Whether what back-ends report is among it.
};

/// All that `policy` reads when it is an invariant of `type`, or why it cannot be one: it asks who
/// is there, or a change of one object would have every object of `type` checked.
std::variant<Reads, std::string> reads_of_invariant(const Schema& schema, TypeId type,
                                                    PolicyId policy);

}  // namespace xos::schema
