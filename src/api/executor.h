#pragma once

#include "base/clock.h"

#include <functional>

namespace xos::api {

/// Runs tasks later, on threads of its own, so that I/O threads never wait.
class Executor {
public:
    virtual ~Executor() = default;

    virtual void post(std::function<void()> task) = 0;
    /// Runs `task` once `delay` has passed.
    virtual void post_after(Duration delay, std::function<void()> task) = 0;
};

}  // namespace xos::api
