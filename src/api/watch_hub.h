#pragma once

#include "api/call.h"
#include "api/parts.h"
#include "api/watch_stream.h"
#include "base/guarded.h"

#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace xos::api {

/// Passes what is committed on to all event streams, to each what its principal may see.
///
/// Streams that are alike share the text of their events. All work is done on the delivery thread;
/// the commit thread only leaves word. A stream whose principal is no longer active, is root no
/// longer, or whose token is gone is closed.
class WatchHub : public std::enable_shared_from_this<WatchHub> {
public:
    static std::shared_ptr<WatchHub> create(const Parts& parts, TextCache& texts);

    /// For the kernel's announcements.
    void announce(std::shared_ptr<const kernel::Announcement> announcement);
    /// Answers a call of the route `watch`.
    void open(const CallPointer& call);

    /// How many streams are open. Any thread.
    std::size_t stream_count() const;

private:
    struct Entry {
        WatchStream stream;
        Identity identity;
        std::shared_ptr<const void> place;
    };
    using EntryPointer = std::shared_ptr<Entry>;
    /// Streams with the same filter that are where the log ends.
    struct Group {
        std::vector<EntryPointer> entries;
        std::size_t silent = 0;  // Transitions since something was sent.
    };

    WatchHub(const Parts& parts, TextCache& texts);
    WatchStream::Source source() const;
    void pump();
    void deliver(const Transition& transition);
    void deliver(const Transition& transition, Group& group);
    bool concerns_watchers(const Transition& transition) const;
    void close_unwelcome(const Transition& transition);
    void start(const EntryPointer& entry);
    void go_on(const EntryPointer& entry);
    /// Closes a stream when the token by which it was opened has expired.
    void watch_expiry(const EntryPointer& entry);
    /// Takes an entry out of its group as well.
    void drop(const EntryPointer& entry);
    void forget(const EntryPointer& entry);

    const Parts& parts_;
    TextCache& texts_;
    const std::string lineage_;
    Guarded<std::vector<std::shared_ptr<const kernel::Announcement>>> inbox_;
    std::atomic<std::size_t> count_{0};

    // The delivery thread's own.
    ChangeLog log_;
    model::SnapshotPointer newest_;
    std::unordered_map<const Entry*, EntryPointer> entries_;
    std::unordered_map<std::string, Group> groups_;
    std::unordered_multiset<ObjectId> watchers_;  // Their principals and tokens.
};

}  // namespace xos::api
