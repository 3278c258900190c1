#pragma once

#include "model/layout.h"
#include "model/tree.h"

#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace xos::model {

/// The trees of one version of the model. A copy is a version of its own.
struct Tables {
    std::shared_ptr<const Layout> layout;
    std::vector<Tree> roots;
};

/// Read access to one version of the model: a snapshot, or a draft as it stands.
///
/// Borrows: what it reads from must outlive it, and rows that it gives live as long as that
/// version. Cheap to copy. Functions that give several objects give those that are being deleted
/// too, unless they say otherwise.
class View {
public:
    explicit View(const Tables& tables) : tables_(&tables) {}

    const schema::Schema& schema() const { return tables_->layout->schema(); }
    const Layout& layout() const { return *tables_->layout; }
    const schema::Type& type_of(const Row& row) const { return schema().type(row.type()); }

    /// The object, or nullptr.
    const Row* find(ObjectId id) const;
    /// The object if it is one of `type` or of a type derived from it.
    const Row* find(TypeId type, ObjectId id) const;
    /// The target of a link, or nullptr when it is null.
    const Row* follow(const Row& row, FieldIndex link) const { return find(row.link(link)); }

    /// The live object whose unique key has these values.
    const Row* find_by_key(const schema::Type& type, std::size_t key,
                           const std::vector<Value>& values) const;
    /// The same, but for the object `self`.
    const Row* find_other_by_key(const schema::Type& type, std::size_t key,
                                 const std::vector<Value>& values, ObjectId self) const;
    /// The live objects of `type` whose `field` has `value`, by index where there is one.
    std::vector<const Row*> find_equal(TypeId type, FieldIndex field, const Value& value) const;

    /// Rows of `via` (derived types included) whose `field` links to `target`, in order of id.
    std::vector<const Row*> linking(TypeId via, FieldIndex field, ObjectId target) const;
    /// How many they are, found without a walk.
    std::size_t count_linking(TypeId via, FieldIndex field, ObjectId target) const;
    /// The same for the live ones only.
    std::vector<const Row*> live_linking(TypeId via, FieldIndex field, ObjectId target) const;
    /// The objects behind a relation of `row`, each once, in order of id; live ones only.
    std::vector<const Row*> related(const Row& row, const schema::Relation& relation) const;

    /// All objects of `type` in order of id, until `visit` returns false.
    void for_each(TypeId type, const std::function<bool(const Row&)>& visit,
                  ObjectId after = {}) const;
    /// The same, some at a time, in an array that `visit` may use as it likes.
    using BlockVisit = std::function<bool(std::span<const Row*>)>;
    void for_each_block(TypeId type, const BlockVisit& visit, ObjectId after = {}) const;
    /// As `for_each`, for those being deleted.
    void for_each_deleted(TypeId type, const std::function<bool(const Row&)>& visit) const;
    std::size_t count(TypeId type) const;
    std::size_t count_deleted(TypeId type) const;

    const Tree& tree(std::size_t root) const { return tables_->roots[root]; }

private:
    const Tables* tables_;
};

inline const Row* row_of(Entry entry) {
    return reinterpret_cast<const Row*>(entry.value);
}

}  // namespace xos::model
