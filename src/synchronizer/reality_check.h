#pragma once

#include "base/log.h"
#include "synchronizer/driver.h"
#include "synchronizer/mirror.h"
#include "synchronizer/reconciler.h"

#include <cstddef>
#include <string>
#include <vector>

namespace xos::synchronizer {

/// Compares what the driver says is there with the model: what differs gets a step, and what
/// carries our mark and is in no model is taken away.
///
/// Careful: more than ten orphans that are more than 5 % of what is there are left alone until a
/// person has looked. One thread at a time. What it is made of must outlive it.
class RealityCheck {
public:
    RealityCheck(Driver& driver, Mirror& mirror, Reconciler& reconciler, Log& log)
        : driver_(driver), mirror_(mirror), reconciler_(reconciler), log_(log) {}

    /// Looks once. Precondition: the mirror is loaded. When the driver cannot look, the first call
    /// has every object checked, and later ones do nothing.
    Result<void> run();

    /// What was left alone in the last run.
    const std::vector<Mark>& held_back() const { return held_back_; }

private:
    void sweep(const Reality& reality);

    Driver& driver_;
    Mirror& mirror_;
    Reconciler& reconciler_;
    Log& log_;
    bool ran_ = false;
    std::vector<Mark> held_back_;
};

}  // namespace xos::synchronizer
