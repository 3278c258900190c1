#pragma once

#include <chrono>
#include <thread>

namespace xos::http {

/// Whether `condition` becomes true within ten seconds; for what another thread does.
template <class Condition>
bool wait_until(Condition&& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline)
            return false;
        std::this_thread::yield();
    }
    return true;
}

}  // namespace xos::http
