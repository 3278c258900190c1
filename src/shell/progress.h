#pragma once

#include "shell/session.h"

#include <cstdint>
#include <set>

namespace xos::shell {

/// What a write has set off.
struct Expected {
    Revision since;              ///< The commit of the write: all whose goal is not older count.
    std::set<std::int64_t> ids;  ///< Objects that count whatever their goal.
    Duration patience{120'000};  ///< In all.
};

/// Waits until all that is expected is real, showing each object as it comes. Unavailable with
/// what holds it up when patience ends, or as soon as everything left has failed or waits for what
/// has failed and nothing has moved for some seconds.
Result<void> wait_until_real(Session& session, const Expected& expected);

/// Waits until objects that are being deleted are gone.
Result<void> wait_until_gone(Session& session, const std::set<std::int64_t>& ids,
                             Duration patience = Duration{120'000});

}  // namespace xos::shell
