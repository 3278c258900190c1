#pragma once

#include "base/clock.h"
#include "base/wall_clock.h"

namespace xos {

/// The time of this machine since some start; it never jumps. Thread-safe.
class SystemClock final : public Clock {
public:
    TimePoint now() const override;
};

/// The date of this machine. Thread-safe.
class SystemWallClock final : public WallClock {
public:
    WallTime now() const override;
};

}  // namespace xos
