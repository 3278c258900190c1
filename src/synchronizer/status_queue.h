#pragma once

#include "base/clock.h"
#include "base/guarded.h"
#include "client/service_api.h"
#include "model/snapshot.h"

#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

namespace xos::synchronizer {

/// Outcomes on their way into the model.
///
/// A newer outcome of an object replaces one that was not sent yet. What the model shows already is
/// not sent. Thread-safe; one thread sends.
class StatusQueue {
public:
    /// `clock` must outlive the queue. `on_add` is called after each `add`.
    explicit StatusQueue(
        const Clock& clock, std::function<void()> on_add = [] {})
        : clock_(clock), on_add_(std::move(on_add)) {}

    /// Has `item` sent, not before `delay` has passed: what is likely to change soon can wait.
    void add(client::StatusItem item, Duration delay = Duration{0});

    /// Up to `limit` outcomes that are due and tell something that `shown` does not.
    std::vector<client::StatusItem> take(const model::Snapshot& shown, std::size_t limit);
    /// What was taken is in the model as of `revision`.
    void confirm(const std::vector<client::StatusItem>& items, Revision revision);
    /// What was taken was not sent: it is due again, unless something newer has come.
    void give_back(std::vector<client::StatusItem> items);

    /// When the next outcome is due, or nothing when there is none.
    std::optional<TimePoint> next_due() const;
    bool is_empty() const;

private:
    struct Pending {
        client::StatusItem item;
        TimePoint due;
    };
    struct State {
        std::map<ObjectId, Pending> pending;
        /// What was sent, but may not be in the mirror yet; nothing while it is being sent.
        std::unordered_map<ObjectId, std::optional<Revision>> unseen;
    };

    const Clock& clock_;
    const std::function<void()> on_add_;
    Guarded<State> state_;
};

/// Whether the model shows `item` of its object already.
bool is_shown(model::View view, const client::StatusItem& item);

}  // namespace xos::synchronizer
