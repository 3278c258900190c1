#pragma once

#include "base/clock.h"
#include "base/guarded.h"

#include <optional>

namespace xos::synchronizer {

/// How many steps a back-end takes: so many a second, and so many at once after a rest.
/// Thread-safe.
class Budget {
public:
    struct Options {
        std::optional<double> rate;  ///< Steps a second; nothing: no bound.
        int burst = 1;
    };

    /// `clock` must outlive the budget.
    Budget(const Clock& clock, Options options);

    /// Nothing when a step may be taken, which is then counted; else when to ask again.
    std::optional<TimePoint> take();

private:
    struct State {
        double tokens = 0;
        TimePoint counted{};
    };

    const Clock& clock_;
    const Options options_;
    Guarded<State> state_;
};

}  // namespace xos::synchronizer
