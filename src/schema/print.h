#pragma once

#include "schema/problem.h"
#include "schema/schema.h"
#include "schema/syntax.h"

#include <string>
#include <variant>

namespace xos::schema {

/// The text of `source` in one standard layout: options, enums, policies, messages. It means the
/// same and prints as itself; comments and what only protobuf's compiler reads are left out.
std::variant<std::string, Problems> print(const Source& source);

/// An expression as a person would write it, with no more parentheses than needed.
std::string print(const ExpressionSyntax& expression);

}  // namespace xos::schema
