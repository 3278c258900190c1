#pragma once

#include "model/snapshot.h"

#include <cstddef>
#include <span>
#include <vector>

namespace xos::model {

/// One object before and after an edit. Without `before` it was created, without `after` removed.
struct Edit {
    const Row* before = nullptr;
    const Row* after = nullptr;

    const Row& any() const { return after ? *after : *before; }
    ObjectId id() const { return any().id(); }
};

/// Changes on top of a snapshot that nobody else sees: what a commit, or a plan, is made in.
///
/// Promises that a View of it always shows all edits so far, with their indexes, and that edits can
/// be taken back to a mark. Checks nothing about the values. Not thread-safe; several drafts of one
/// snapshot may be edited at the same time. Rows that it gave live until it is destroyed or, when
/// published, as long as the snapshot. The Store that made it must outlive it.
class Draft {
public:
    Draft(SnapshotPointer base, std::uint64_t batch);
    ~Draft();
    Draft(Draft&& other) noexcept;
    Draft& operator=(Draft&&) = delete;

    View view() const { return View(tables_); }
    const Snapshot& base() const { return *base_; }

    /// Adds an object. Precondition: `id` was never used.
    const Row& create(const schema::Type& type, ObjectId id, const FieldValues& values);
    /// Adds an object to a draft of an empty model, faster than `create`: its view shows all of
    /// them once `finish_loading` has been called. They cannot be taken back. Precondition: ids
    /// ascend.
    void load(const schema::Type& type, ObjectId id, const FieldValues& values);
    void finish_loading();
    /// Gives an object other values. Precondition: it exists.
    const Row& update(ObjectId id, const FieldValues& values);
    /// Takes an object out of the model. Precondition: it exists.
    void remove(ObjectId id);

    /// A point to go back to.
    std::size_t mark() const { return edits_.size(); }
    void undo_to(std::size_t mark);
    /// The edits since `mark` in their order; one object may appear several times.
    std::span<const Edit> edits_since(std::size_t mark) const {
        return std::span(edits_).subspan(mark);
    }
    /// The same, one edit an object, in order of id; what came and went again is left out.
    std::vector<Edit> net_edits_since(std::size_t mark) const;

private:
    friend class Store;
    void apply(const Row* before, const Row* after);
    void reindex(const Row* before, const Row* after);

    SnapshotPointer base_;
    Tables tables_;
    TreeEditor editor_;
    std::vector<Edit> edits_;
    std::vector<const Row*> made_;  // All rows of this batch, those undone included.
    std::vector<const Row*> undone_;
    std::vector<std::vector<Entry>> loading_;  // Of each root.
};

}  // namespace xos::model
