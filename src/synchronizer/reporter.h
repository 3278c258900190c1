#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "client/service_api.h"
#include "synchronizer/mirror.h"
#include "synchronizer/reconciler.h"
#include "synchronizer/status_queue.h"

#include <functional>
#include <optional>
#include <vector>

namespace xos::synchronizer {

/// Sends outcomes in batches, and how far the service has caught up. One thread at a time. What it
/// is made of must outlive it.
class Reporter {
public:
    using Send = std::function<Result<client::StatusAnswer>(const client::StatusBatch& batch)>;
    static constexpr std::size_t kBatch = 500;

    struct Parts {
        const Clock& clock;
        StatusQueue& statuses;
        Mirror& mirror;
        const Reconciler& reconciler;
        Log& log;
        Send send;
        /// At most so often it says how far the service is when it has nothing else to say.
        Duration pace{50};
    };

    explicit Reporter(Parts parts) : parts_(std::move(parts)) {}

    /// Sends what is due, a batch at most; whether anything was sent. After an error the outcomes
    /// are still due.
    Result<bool> flush();
    /// When there is something to send as far as it knows, or nothing.
    std::optional<TimePoint> next_due() const;

private:
    void send_singly(const std::vector<client::StatusItem>& items);
    void log_refusals(const client::StatusAnswer& answer);

    const Parts parts_;
    Revision reported_;
    TimePoint next_report_{};
};

}  // namespace xos::synchronizer
