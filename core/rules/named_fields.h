#pragma once

#include "model/row.h"

#include <string_view>
#include <utility>
#include <vector>

namespace xos::core {

using NamedValues = std::vector<std::pair<std::string_view, model::Value>>;

/// The values with the indexes of their fields. Precondition: `type` has fields of these names.
model::FieldValues named_fields(const schema::Type& type, const NamedValues& values);

}  // namespace xos::core
