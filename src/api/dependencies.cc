#include "api/dependencies.h"

#include <algorithm>

namespace xos::api {

using schema::Expression;
using schema::Path;
using schema::Root;
using schema::Step;

namespace {

/// Types whose objects the steps of a path read.
void add_types(const schema::Schema& schema, const Path& path, std::set<TypeId>& types) {
    for (const Step& step : path.steps) {
        types.insert(step.type);
        if (step.kind == Step::Kind::Relation) {
            const auto& relation = schema.type(step.type).relations[step.index];
            types.insert(relation.via);
            types.insert(relation.target);
        }
    }
}

}  // namespace

void Dependencies::add(const schema::Schema& schema, const Expression& expression) {
    switch (expression.kind) {
        case Expression::Kind::Exists:
        case Expression::Kind::ForAll: add_everywhere(schema, expression); return;
        case Expression::Kind::Policy:
            if (expression.policy != schema::kOwnPolicies && expression.path.steps.empty() &&
                expression.path.root == Root::Object)
                add(schema, schema.policy(expression.policy).expression);
            else
                add_everywhere(schema, expression);
            return;
        case Expression::Kind::Path:
            if (expression.path.root != Root::Object)
                add_types(schema, expression.path, everywhere_);
            else if (expression.path.steps.size() > 1 ||
                     (!expression.path.steps.empty() &&
                      expression.path.steps[0].kind == Step::Kind::Relation))
                paths_.push_back(&expression.path);
            return;
        default: break;
    }
    for (const Expression& operand : expression.operands)
        add(schema, operand);
}

/// Adds all types that any path below reads: the coarse way, for what has no one object.
void Dependencies::add_everywhere(const schema::Schema& schema, const Expression& expression) {
    const bool is_quantifier =
        expression.kind == Expression::Kind::Exists || expression.kind == Expression::Kind::ForAll;
    if (is_quantifier)
        everywhere_.insert(expression.quantified);
    add_types(schema, expression.path, everywhere_);
    if (expression.kind == Expression::Kind::Policy && expression.policy == schema::kOwnPolicies) {
        everywhere_.insert(TypeId{0});  // An object of any type, whose policies read whatever.
    } else if (expression.kind == Expression::Kind::Policy) {
        const schema::Policy& policy = schema.policy(expression.policy);
        // A policy may call itself; its types are there from the first time on.
        if (everywhere_.insert(policy.type).second)
            add_everywhere(schema, policy.expression);
    }
    for (const Expression& operand : expression.operands)
        add_everywhere(schema, operand);
}

bool Dependencies::touches_all(const schema::Schema& schema,
                               std::span<const model::Edit> edits) const {
    return std::any_of(edits.begin(), edits.end(), [&](const model::Edit& edit) {
        return std::any_of(everywhere_.begin(), everywhere_.end(),
                           [&](TypeId type) { return schema.is_a(edit.any().type(), type); });
    });
}

void Dependencies::add_readers(model::View before, model::View after, const model::Edit& edit,
                               std::set<ObjectId>& readers) const {
    for (const Path* path : paths_) {
        const auto found = edit.after ? expression::readers(after, *path, *edit.after, edit.before)
                                      : expression::readers(before, *path, *edit.before, nullptr);
        readers.insert(found.begin(), found.end());
    }
}

}  // namespace xos::api
