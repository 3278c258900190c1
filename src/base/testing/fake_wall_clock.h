#pragma once

#include "base/wall_clock.h"

namespace xos {

/// A date that stands still until a test moves it; it starts at 2024-01-01T00:00:00Z. Not
/// thread-safe.
class FakeWallClock final : public WallClock {
public:
    WallTime now() const override { return now_; }
    void set(WallTime now) { now_ = now; }
    void advance(std::chrono::microseconds by) { now_ += by; }

private:
    WallTime now_ = from_microseconds(1'704'067'200'000'000);
};

}  // namespace xos
