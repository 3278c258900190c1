#pragma once

#include "base/object_id.h"

#include <cstdint>
#include <string>

namespace xos::access {

/// Who asks: a user, a service by its synchronizer, or the system itself, which may do all.
struct Principal {
    enum class Kind : std::uint8_t { User, Service, System };
    Kind kind = Kind::System;
    ObjectId id;               ///< Of the User or the Service.
    std::string name = "xos";  ///< As history shows it: a user's email, or a service's name.
    bool read_only = false;    ///< A token that may not write.
};

}  // namespace xos::access
