#pragma once

#include "model/view.h"

#include <string_view>
#include <vector>

namespace xos::expression {

/// What the roots of an expression stand for. A null row makes every path from it null.
struct Context {
    const model::Row* object = nullptr;
    const model::Row* old = nullptr;
    const model::Row* user = nullptr;
    const model::Row* service = nullptr;
    bool read_access = false;
    bool write_access = false;
    bool create = false;
    bool remove = false;
    std::string_view field;  ///< Empty: null.
};

/// Evaluates the trees of expressions on objects of one version of the model, as
/// docs/reference/expressions.md says.
///
/// The slow and obvious way: it walks the tree and scans what a quantifier ranges over. A policy
/// that calls itself more than 32 deep, and an evaluation of more than a million steps, is false
/// and sets `exhausted`. Borrows the view. Not thread-safe; cheap to make.
class Evaluator {
public:
    explicit Evaluator(model::View view) : view_(view) {}

    /// Whether `expression` holds.
    bool holds(const schema::Expression& expression, const Context& context);
    /// The values of a path that are not null: none, one, or several where the path is many-valued.
    std::vector<model::Value> values(const schema::Path& path, const Context& context);
    /// The objects at the end of a path of links and relations, none of them null.
    std::vector<const model::Row*> objects(const schema::Path& path, const Context& context);

    bool exhausted() const { return exhausted_; }

private:
    bool compare(const schema::Expression& expression, const Context& context);
    bool quantify(const schema::Expression& expression, const Context& context);
    bool apply_policy(const schema::Expression& expression, const Context& context);
    bool spend();
    const model::Row* root(const schema::Path& path, const Context& context) const;
    std::vector<const model::Row*> walk(const schema::Path& path, std::size_t steps,
                                        const Context& context);
    std::vector<model::Value> operand(const schema::Expression& expression, const Context& context);

    model::View view_;
    std::vector<const model::Row*> variables_;
    int depth_ = 0;
    std::size_t steps_ = 0;
    bool exhausted_ = false;
};

/// The objects whose `path` (which starts at an object of `type`) may read `changed`, found by
/// walking the path backwards. `before` is the row as it was, where a link of it has moved.
std::vector<ObjectId> readers(model::View view, const schema::Path& path, const model::Row& changed,
                              const model::Row* before);

/// The objects from which `path`, whatever it starts at, leads to `target`.
std::vector<const model::Row*> sources(model::View view, const schema::Path& path,
                                       const model::Row& target);

/// All paths that `expression` reads, in the order they stand in it, policies it calls left out.
std::vector<const schema::Path*> paths_of(const schema::Expression& expression);

}  // namespace xos::expression
