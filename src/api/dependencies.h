#pragma once

#include "expression/evaluator.h"
#include "model/draft.h"

#include <set>
#include <span>
#include <vector>

namespace xos::api {

/// What else than an object itself the answers of expressions about it depend on, so that a stream
/// knows which objects to look at again when others change. May name too many, never too few.
class Dependencies {
public:
    /// Adds those of `expression`, which borrows, for objects of any type.
    void add(const schema::Schema& schema, const schema::Expression& expression);

    bool is_empty() const { return paths_.empty() && everywhere_.empty(); }
    /// Whether a change of these objects may change the answer for any object at all.
    bool touches_all(const schema::Schema& schema, std::span<const model::Edit> edits) const;
    /// The objects whose answers the edit may change, itself perhaps included.
    void add_readers(model::View before, model::View after, const model::Edit& edit,
                     std::set<ObjectId>& readers) const;

private:
    void add_everywhere(const schema::Schema& schema, const schema::Expression& expression);

    std::vector<const schema::Path*> paths_;  // From the object, of more than one step.
    std::set<TypeId> everywhere_;             // Types that are read, however they are reached.
};

}  // namespace xos::api
