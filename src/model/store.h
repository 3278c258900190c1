#pragma once

#include "base/guarded.h"
#include "model/draft.h"

#include <atomic>
#include <deque>
#include <memory>

namespace xos::model {

/// Owns the memory of the model and publishes its versions.
///
/// One thread writes: `begin`, `publish`. Any thread reads: `snapshot`, and `begin_plan` for drafts
/// that are never published. What no snapshot can reach is freed at the next publication.
/// Snapshots and drafts must be gone before the store is destroyed.
class Store {
public:
    /// An empty model at revision 0.
    explicit Store(std::shared_ptr<const schema::Schema> schema);
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    SnapshotPointer snapshot() const;

    /// A draft on the newest snapshot. One at a time may be published.
    Draft begin() { return Draft(snapshot(), next_batch()); }
    /// A draft on any snapshot, to be thrown away.
    Draft begin_plan(SnapshotPointer base) { return Draft(std::move(base), next_batch()); }

    /// Makes `draft` the newest snapshot. Precondition: it was begun on the newest one.
    SnapshotPointer publish(Draft&& draft, Revision revision);

private:
    struct Retired {
        std::uint64_t publication;  // The first that does not reach them.
        std::vector<const TreeNode*> nodes;
        std::vector<const Row*> rows;
    };
    struct Published {
        std::uint64_t publication;
        std::shared_ptr<std::atomic<bool>> gone;
    };

    std::uint64_t next_batch() { return next_batch_.fetch_add(1, std::memory_order_relaxed); }
    SnapshotPointer wrap(std::unique_ptr<const Snapshot> snapshot);
    void free_unreachable();
    static void free_retired(const Retired& retired);

    std::atomic<std::uint64_t> next_batch_{1};
    Guarded<SnapshotPointer> newest_;
    std::uint64_t publication_ = 0;  // These are the writer's own.
    std::deque<Published> published_;
    std::deque<Retired> retired_;
};

}  // namespace xos::model
