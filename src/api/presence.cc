#include "api/presence.h"

namespace xos::api {

Presence::Place Presence::enter(ObjectId principal) {
    const bool is_in = counts_->with([&](Counts& counts) {
        std::size_t& count = counts[principal];
        return count < most_ && ++count > 0;
    });
    if (!is_in)
        return nullptr;
    const auto leave = [counts = counts_, principal](const void*) {
        counts->with([&](Counts& open) {
            if (--open[principal] == 0)
                open.erase(principal);
        });
    };
    return Place(static_cast<const void*>(counts_.get()), leave);
}

}  // namespace xos::api
