#pragma once

#include "model/view.h"

#include <optional>

namespace xos::kernel {

/// The object that a link is to when nobody says otherwise, where its default is one of the
/// functions that look for it; nothing when there is none, or, for Only, when there are several.
std::optional<ObjectId> default_object(model::View view, const schema::Field& field);

}  // namespace xos::kernel
