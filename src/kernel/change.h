#pragma once

#include "base/wall_clock.h"
#include "kernel/sealing.h"
#include "kernel/transaction.h"

#include <functional>
#include <unordered_map>
#include <unordered_set>

namespace xos::kernel {

/// The changes of one transaction on their way into the model: what operations and rules write
/// through.
///
/// It keeps the bookkeeping: revisions, times, the state of the goal. It follows deletions through
/// cascades. It checks nothing else about values; checks come after the rules. Not thread-safe.
class Change {
public:
    /// Gives the next unused id.
    using NextId = std::function<ObjectId()>;

    struct Start {
        Revision revision;
        std::int64_t now = 0;  ///< In microseconds.
        NextId next_id;
        const Sealing& sealing;  ///< Must outlive the change, like the draft.
    };

    Change(model::Draft& draft, Start start);

    /// The model with all changes so far.
    model::View view() const { return draft_.view(); }
    const schema::Schema& schema() const { return draft_.view().schema(); }
    /// The revision that this transaction becomes, and its time in microseconds.
    Revision revision() const { return revision_; }
    std::int64_t now() const { return now_; }
    /// Who asked for the transaction.
    void set_principal(const Principal* principal) { principal_ = principal; }
    const Principal& principal() const { return *principal_; }
    /// The row as it was before the transaction; nullptr when the transaction made the object.
    const model::Row* before(ObjectId id) const;

    /// Makes an object: the fields given, defaults in all others.
    const model::Row& create(TypeId type, const model::FieldValues& fields);
    /// Sets fields. One that is declarative and differs moves the goal. The row as it then is.
    const model::Row& update(ObjectId id, const model::FieldValues& fields);
    /// Makes the goal of an object a newer one although nothing in it changes.
    void move_goal(ObjectId id);
    /// Ends that a service makes the object real: nothing of it is outside, or it is let go.
    void release(ObjectId id);
    /// Marks an object and its parts as deleted and clears links that say so. Conflict, naming
    /// them, when live objects protect it; with Cascade::Yes these go as well. Whatever nobody
    /// makes real and nothing links to is purged at the end of the transaction.
    Result<void> remove(ObjectId id, Operation::Cascade cascade = Operation::Cascade::No);

    /// The object that is being looked at: what a refusal is about.
    void set_subject(ObjectId id) { subject_ = id; }
    ObjectId subject() const { return subject_; }

    /// From here on changes are the system's own doing: the caller's operations are done.
    void end_operations() { is_asked_ = false; }
    /// Objects that operations asked to delete, cascades through protection included, in order.
    const std::vector<ObjectId>& asked_deletions() const { return asked_; }

    /// Purges what waits for nobody, and then what waited only for that.
    void purge();

    std::size_t mark() const { return draft_.mark(); }
    std::vector<model::Edit> edits_since(std::size_t mark) const {
        return draft_.net_edits_since(mark);
    }
    std::size_t start() const { return start_; }

private:
    struct Deletion {
        Operation::Cascade cascade;
        std::vector<ObjectId> queue;
        std::vector<std::pair<ObjectId, model::FieldIndex>> clears;
        std::unordered_set<ObjectId> going;
        std::vector<ObjectId> protectors;
    };
    void follow_links_to(const model::Row& row, Deletion& deletion);
    Error in_use(const model::Row& row, std::vector<ObjectId> protectors) const;
    void clear_link(const model::Row& row, model::FieldIndex field,
                    const std::unordered_set<ObjectId>& targets);
    void mark_deleted(ObjectId id);
    bool is_linked(const model::Row& row) const;
    void seal(const schema::Type& type, ObjectId id, model::FieldValues& values) const;
    bool holds(const model::Row& row, model::FieldIndex field, const model::Value& value) const;
    model::FieldValues with_bookkeeping(const model::Row& row, const model::FieldValues& fields);
    void add_new_goal(const model::Row& row, model::FieldValues& values) const;

    model::Draft& draft_;
    const Revision revision_;
    const std::int64_t now_;
    const NextId next_id_;
    const Sealing& sealing_;
    const std::size_t start_;
    const Principal* principal_ = nullptr;
    mutable std::unordered_map<ObjectId, const model::Row*> before_;
    mutable std::size_t before_seen_;
    std::vector<ObjectId> asked_;
    ObjectId subject_;
    bool is_asked_ = true;
};

}  // namespace xos::kernel
