#pragma once

#include "base/error.h"
#include "model/view.h"

#include <string>
#include <vector>

namespace xos::kernel {

/// Makes the three fields of a type's `content_object` (schema::AnyLink) say the same where
/// `values`, written over `row` (nullptr for an object that is made), sets some of them. Where they
/// name no object, the link is null.
void complete_any_link(model::View view, const schema::Type& type, const model::Row* row,
                       model::FieldValues& values);

/// Adds what is wrong with the three fields of `row`.
void check_any_link(model::View view, const model::Row& row, std::vector<ErrorDetail>& mistakes);

/// What a link wants, for messages: the name of its type, "object" when any will do.
std::string type_wanted(const schema::Schema& schema, const schema::Field& field);

}  // namespace xos::kernel
