#pragma once

#include "base/result.h"
#include "client/watch.h"
#include "model/store.h"

#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace xos::synchronizer {

/// What one revision, or a whole load, changed in the mirror.
struct MirrorDelta {
    model::SnapshotPointer before;  ///< Keeps the rows of the edits alive, like the next.
    model::SnapshotPointer after;
    std::vector<model::Edit> edits;  ///< One an object, in order of id.
};

/// A copy of the part of the model that a service reads, kept current by a watch.
///
/// Each of its snapshots is the model as it was at one revision: what one transaction did is seen
/// whole or not at all. Nothing is seen before the first bookmark. Leaves connecting and resuming
/// to its owner. One thread feeds it; `snapshot` is for any thread.
class Mirror {
public:
    explicit Mirror(std::shared_ptr<const schema::Schema> schema);

    /// Takes one event. What has changed, when the event was the last one of a revision. Gone when
    /// the mirror cannot go on: the types or the lineage have changed.
    Result<std::optional<MirrorDelta>> apply(const client::WatchEvent& event);

    /// Forgets the part of a revision that came before the stream ended.
    void end_stream();

    model::SnapshotPointer snapshot() const { return store_.snapshot(); }
    /// Where the next stream has to start; nothing: from the present state.
    const std::optional<client::Position>& position() const { return position_; }
    /// Whether the present state has been told in whole once.
    bool is_loaded() const { return position_.has_value(); }
    const schema::Schema& schema() const { return *schema_; }

private:
    Result<void> put(const client::WatchEvent& event);
    model::Draft& draft();
    std::optional<MirrorDelta> publish(const client::WatchEvent& event);

    const std::shared_ptr<const schema::Schema> schema_;
    model::Store store_;
    std::optional<model::Draft> draft_;
    std::optional<client::Position> position_;
    /// While the present state is told: the objects told so far.
    std::optional<std::unordered_set<ObjectId>> repeated_;
};

}  // namespace xos::synchronizer
