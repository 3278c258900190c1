#include "synchronizer/budget.h"

#include <algorithm>
#include <cmath>

namespace xos::synchronizer {

Budget::Budget(const Clock& clock, Options options)
    : clock_(clock),
      options_(options),
      state_(State{.tokens = std::max(1.0, double(options.burst)), .counted = clock.now()}) {}

std::optional<TimePoint> Budget::take() {
    if (!options_.rate)
        return std::nullopt;
    const TimePoint now = clock_.now();
    return state_.with([&](State& state) -> std::optional<TimePoint> {
        const double seconds = std::chrono::duration<double>(now - state.counted).count();
        state.counted = now;
        state.tokens = std::min(std::max(1.0, double(options_.burst)),
                                state.tokens + seconds * *options_.rate);
        if (state.tokens >= 1) {
            state.tokens -= 1;
            return std::nullopt;
        }
        const double wait = (1 - state.tokens) / *options_.rate;
        return now + Duration{static_cast<Duration::rep>(std::ceil(wait * 1'000))};
    });
}

}  // namespace xos::synchronizer
