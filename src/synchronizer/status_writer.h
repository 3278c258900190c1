#pragma once

#include "base/json.h"

#include <atomic>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xos::synchronizer {

/// What one step of an actuator found, while it runs.
///
/// What is set goes into the model together with the outcome of the step, errors included, and only
/// where it differs from what is there. Used by the thread of the step alone, but for `cancel`.
class StatusWriter {
public:
    /// Sets a feedback field of the object by its API name ("ip", "node_id"); null clears it.
    void set(std::string_view field, Json value);
    /// The back-end's own name for what stands for the object.
    void set_handle(std::string handle) { handle_ = std::move(handle); }
    /// A line of the object's log, shown by `why` and `logs`.
    void log(std::string line) { lines_.push_back(std::move(line)); }

    /// Whether nobody waits for the step any more.
    bool is_cancelled() const { return cancelled_.load(std::memory_order_relaxed); }
    void cancel() { cancelled_.store(true, std::memory_order_relaxed); }

    const std::map<std::string, Json, std::less<>>& feedback() const { return feedback_; }
    const std::optional<std::string>& handle() const { return handle_; }
    const std::vector<std::string>& lines() const { return lines_; }

private:
    std::map<std::string, Json, std::less<>> feedback_;
    std::optional<std::string> handle_;
    std::vector<std::string> lines_;
    std::atomic<bool> cancelled_ = false;
};

}  // namespace xos::synchronizer
