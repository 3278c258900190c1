#pragma once

#include "access/access.h"
#include "base/guarded.h"
#include "base/wall_clock.h"
#include "journal/engine.h"
#include "kernel/documents.h"
#include "kernel/owners.h"
#include "kernel/rule.h"
#include "model/store.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace xos::kernel {

/// The commits that became one snapshot together.
struct Announcement {
    struct Commit {
        Revision revision;
        std::vector<model::Edit> edits;  ///< One an object, in order of id.
        Principal principal;
        std::string request;
    };
    model::SnapshotPointer before;  ///< Keeps the rows of all edits alive.
    model::SnapshotPointer after;
    std::vector<Commit> commits;
};

/// The only writer of the model: checks transactions, runs the rules, makes commits durable,
/// publishes and announces them.
///
/// Promises: transactions commit one after the other, each on the result of the one before, each
/// whole or not at all; who is answered is answered after the commit is durable; a refused one
/// leaves no trace and holds up no other. Leaves to others: what rules say (core), what a request
/// looks like (api), where bytes are kept (journal).
/// Threads: one thread of the owner is in `run`; all other functions are for any thread and never
/// wait for it, but `commit`.
class Kernel {
public:
    struct Parts {
        std::shared_ptr<const schema::Schema> schema;
        journal::Engine& journal;  ///< Must outlive the kernel, like the clock.
        const WallClock& clock;
        Rules rules;
        access::Access access;
        std::vector<Observation> observations;
        Sealing sealing = {};  ///< Of secrets, with the keys that belong to the journal.
        /// Told on the commit thread when commits begin to fail, and with nullptr when they
        /// succeed again.
        std::function<void(const Error*)> on_trouble = {};
        std::chrono::milliseconds retry_pause{1000};  ///< Between tries of a journal that fails.
    };
    using Done = std::function<void(Result<Committed>)>;
    using StatusDone = std::function<void(Result<StatusResult>)>;
    using Listener = std::function<void(const std::shared_ptr<const Announcement>&)>;

    /// Reads the model from the journal. Internal when what is there does not fit the schema,
    /// Unavailable when secrets are sealed with keys that are not there.
    static Result<std::unique_ptr<Kernel>> open(Parts parts);
    ~Kernel();

    /// The newest version of the model.
    model::SnapshotPointer snapshot() const { return store_.snapshot(); }
    const schema::Schema& schema() const { return *parts_.schema; }
    const access::Access& access() const { return parts_.access; }
    journal::Engine& journal() const { return parts_.journal; }
    const Sealing& sealing() const { return parts_.sealing; }
    /// A reader of what the journal has kept.
    Documents documents() const;

    /// Has `transaction` committed. `done` is called once, on the commit thread, and must not
    /// block. What can be refused without the commit thread is refused at once, on this one.
    void submit(Transaction transaction, Done done);
    void submit_status(StatusBatch batch, StatusDone done);
    /// The same, waiting for the answer. Not on the commit thread.
    Result<Committed> commit(Transaction transaction);

    /// What `transaction` would do now, on this thread; nothing is done.
    Result<Plan> plan(Transaction transaction);

    /// Why no commit can succeed at present; nothing when, as far as is known, they can.
    /// Unavailable passes by itself: the kernel tries the journal until it writes again.
    std::optional<Error> trouble() const {
        const auto get = [](const auto& error) { return error; };
        auto damage = damage_.with(get);
        return damage ? damage : trouble_.with(get);
    }
    /// Says that the journal was found damaged, which stays the trouble until the end.
    void report_damage(Error damage) {
        damage_.with([&](auto& known) { known = std::move(damage); });
    }

    /// What does not conform in a version of the model. Takes its time.
    std::vector<Violation> violations(const model::SnapshotPointer& snapshot);

    /// Calls `listener` on the commit thread after each publication; it must not block. Only
    /// before `run`.
    void add_listener(Listener listener) { listeners_.push_back(std::move(listener)); }

    /// Stores secrets that were sealed with an older key, or not at all, as they should be; of how
    /// many objects. Only before `run`, once the newest key is safe in its file.
    Result<std::size_t> seal_anew();

    /// Commits what is submitted until `stop`; then refuses what is left as Unavailable.
    void run();
    void stop();

    struct Work;
    struct Batch;

private:
    explicit Kernel(Parts parts);
    Result<void> load();
    Result<void> prepare(Transaction& transaction) const;
    void enqueue(Work work);
    void commit_batch(std::vector<Work> work);
    Result<void> append(Batch& batch, Revision head);
    void set_trouble(std::optional<Error> trouble);
    bool wait_for_work(std::unique_lock<std::mutex>& lock);
    void run_one(Work& work, Batch& batch);
    using Begin = std::function<Change()>;
    Result<Outcome> execute(model::Draft& draft, const Begin& begin,
                            Transaction& transaction) const;
    Outcome execute_each(model::Draft& draft, const Begin& begin, Transaction& transaction) const;
    Result<std::vector<ObjectId>> execute_all(Change& change, Transaction& transaction) const;
    std::optional<std::vector<Violation>> new_violations(Plan& plan, const Begin& begin);
    Result<void> settle(Change& change, const Transaction& transaction) const;
    Result<StatusResult> execute_status(Change& change, const StatusBatch& status) const;

    Parts parts_;
    model::Store store_;
    std::uint64_t next_id_ = 1;  // The commit thread's own, like the next.
    std::int64_t last_time_ = 0;
    journal::SchemaVersion schema_version_;
    std::vector<ObjectId> to_seal_;  // What `seal_anew` is to store.
    bool overtaken_ = false;  // Somebody else has appended: the model here is not the newest.
    Guarded<std::optional<Error>> trouble_, damage_;
    std::vector<Listener> listeners_;
    mutable std::mutex queue_mutex_;
    std::condition_variable queue_ready_;
    std::vector<Work> queue_;
    bool stopped_ = false;
};

}  // namespace xos::kernel
