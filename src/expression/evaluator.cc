#include "expression/evaluator.h"

#include "base/check.h"

#include <algorithm>

namespace xos::expression {

using model::Row;
using model::Value;
using schema::Comparison;
using schema::Expression;
using schema::FieldType;
using schema::Path;
using schema::Root;
using schema::Step;

namespace {

constexpr int kDeepestPolicy = 32;
constexpr std::size_t kMostSteps = 1'000'000;

bool is_set(const Value& value) {
    if (const auto* boolean = std::get_if<bool>(&value))
        return *boolean;
    if (const auto* integer = std::get_if<std::int64_t>(&value))
        return *integer != 0;
    if (const auto* number = std::get_if<double>(&value))
        return *number != 0;
    if (const auto* text = std::get_if<std::string>(&value))
        return !text->empty();
    if (const auto* links = std::get_if<std::vector<ObjectId>>(&value))
        return !links->empty();
    return !schema::is_null(value);
}

/// A link and a whole number are the same kind of thing here: `x.id = obj.object_id`.
std::optional<double> as_number(const Value& value) {
    if (const auto* boolean = std::get_if<bool>(&value))
        return *boolean;
    if (const auto* integer = std::get_if<std::int64_t>(&value))
        return static_cast<double>(*integer);
    if (const auto* number = std::get_if<double>(&value))
        return *number;
    if (const auto* link = std::get_if<ObjectId>(&value))
        return static_cast<double>(link->value);
    return std::nullopt;
}

/// Less, equal or greater as -1, 0, 1; nothing when the two cannot be compared.
std::optional<int> order(const Value& left, const Value& right) {
    const auto* left_text = std::get_if<std::string>(&left);
    const auto* right_text = std::get_if<std::string>(&right);
    if (left_text && right_text)
        return left_text->compare(*right_text) < 0 ? -1 : *left_text != *right_text;
    const auto left_number = as_number(left), right_number = as_number(right);
    if (!left_number || !right_number)
        return std::nullopt;
    return *left_number < *right_number ? -1 : *left_number > *right_number;
}

bool satisfies(Comparison comparison, int order) {
    switch (comparison) {
        case Comparison::Equal:
        case Comparison::In: return order == 0;
        case Comparison::NotEqual: return order != 0;
        case Comparison::Less: return order < 0;
        case Comparison::LessOrEqual: return order <= 0;
        case Comparison::Greater: return order > 0;
        case Comparison::GreaterOrEqual: return order >= 0;
    }
    XOS_CHECK(false, "comparison outside its enumeration");
}

bool is_null_literal(const Expression& expression) {
    return expression.kind == Expression::Kind::Literal && schema::is_null(expression.literal);
}

}  // namespace

bool Evaluator::spend() {
    if (++steps_ > kMostSteps)
        exhausted_ = true;
    return !exhausted_;
}

bool Evaluator::holds(const Expression& expression, const Context& context) {
    if (!spend())
        return false;
    const auto& operands = expression.operands;
    const auto holds_operand = [&](const Expression& operand) { return holds(operand, context); };
    switch (expression.kind) {
        case Expression::Kind::Literal: return is_set(expression.literal);
        case Expression::Kind::Path: {
            const auto found = values(expression.path, context);
            return std::any_of(found.begin(), found.end(), is_set);
        }
        case Expression::Kind::Not: return !holds_operand(operands[0]) && !exhausted_;
        case Expression::Kind::And:
            return std::all_of(operands.begin(), operands.end(), holds_operand);
        case Expression::Kind::Or:
            return std::any_of(operands.begin(), operands.end(), holds_operand);
        case Expression::Kind::Implies:
            return (!holds_operand(operands[0]) && !exhausted_) || holds_operand(operands[1]);
        case Expression::Kind::Compare: return compare(expression, context);
        case Expression::Kind::Exists:
        case Expression::Kind::ForAll: return quantify(expression, context);
        case Expression::Kind::Policy: return apply_policy(expression, context);
    }
    XOS_CHECK(false, "kind of expression outside its enumeration");
}

bool Evaluator::compare(const Expression& expression, const Context& context) {
    const Expression &left = expression.operands[0], &right = expression.operands[1];
    const auto left_values = operand(left, context), right_values = operand(right, context);
    if (is_null_literal(left) || is_null_literal(right)) {
        const bool both_null = left_values.empty() && right_values.empty();
        return expression.comparison == Comparison::Equal      ? both_null
               : expression.comparison == Comparison::NotEqual ? !both_null
                                                               : false;
    }
    for (const Value& left_value : left_values) {
        for (const Value& right_value : right_values) {
            const auto result = order(left_value, right_value);
            if (result && satisfies(expression.comparison, *result))
                return true;
        }
    }
    return false;
}

bool Evaluator::quantify(const Expression& expression, const Context& context) {
    const bool exists = expression.kind == Expression::Kind::Exists;
    bool found = false;
    variables_.push_back(nullptr);
    view_.for_each(expression.quantified, [&](const Row& row) {
        if (row.deleted())
            return true;
        variables_.back() = &row;
        found = holds(expression.operands[0], context) == exists;
        return !found && !exhausted_;
    });
    variables_.pop_back();
    return !exhausted_ && found == exists;
}

bool Evaluator::apply_policy(const Expression& expression, const Context& context) {
    const auto targets = objects(expression.path, context);
    if (targets.empty())
        return false;
    if (++depth_ > kDeepestPolicy)
        exhausted_ = true;
    Context inner = context;
    inner.object = targets[0];
    // Inside the policy the variables of its caller do not exist.
    auto outer = std::exchange(variables_, {});
    const auto allows = [&](schema::PolicyId policy) {
        return holds(view_.schema().policy(policy).expression, inner);
    };
    bool result = !exhausted_;
    if (expression.policy == schema::kOwnPolicies) {
        const auto& policies = view_.type_of(*inner.object).policies;
        result =
            result && !policies.empty() && std::all_of(policies.begin(), policies.end(), allows);
    } else {
        result = result && allows(expression.policy);
    }
    variables_ = std::move(outer);
    --depth_;
    return result;
}

const Row* Evaluator::root(const Path& path, const Context& context) const {
    switch (path.root) {
        case Root::Object: return context.object;
        case Root::Old: return context.old;
        case Root::User: return context.user;
        case Root::Service: return context.service;
        case Root::Variable: return variables_[path.variable];
        default: return nullptr;
    }
}

std::vector<const Row*> Evaluator::walk(const Path& path, std::size_t steps,
                                        const Context& context) {
    std::vector<const Row*> at;
    if (const Row* start = root(path, context))
        at.push_back(start);
    for (std::size_t i = 0; i < steps && !at.empty(); ++i) {
        const Step& step = path.steps[i];
        std::vector<const Row*> next;
        for (const Row* row : at) {
            if (!spend())
                return {};
            const schema::Type& type = view_.type_of(*row);
            if (step.kind == Step::Kind::Relation) {
                const auto related = view_.related(*row, type.relations[step.index]);
                next.insert(next.end(), related.begin(), related.end());
            } else if (type.fields[step.index].type == FieldType::LinkSet) {
                for (const ObjectId member : row->links(step.index)) {
                    if (const Row* target = view_.find(member))
                        next.push_back(target);
                }
            } else if (const Row* target = view_.follow(*row, step.index)) {
                next.push_back(target);
            }
        }
        at = std::move(next);
    }
    return at;
}

std::vector<Value> Evaluator::values(const Path& path, const Context& context) {
    switch (path.root) {
        case Root::ReadAccess: return {context.read_access};
        case Root::WriteAccess: return {context.write_access};
        case Root::Create: return {context.create};
        case Root::Delete: return {context.remove};
        case Root::Field:
            return context.field.empty() ? std::vector<Value>{}
                                         : std::vector<Value>{std::string(context.field)};
        default: break;
    }
    const bool ends_in_field = !path.steps.empty() && path.steps.back().kind == Step::Kind::Field;
    std::vector<Value> found;
    for (const Row* row : walk(path, path.steps.size() - (ends_in_field ? 1 : 0), context)) {
        if (!ends_in_field) {
            found.emplace_back(row->id());
            continue;
        }
        Value value = model::value_of(view_.type_of(*row), *row, path.steps.back().index);
        if (const auto* members = std::get_if<std::vector<ObjectId>>(&value))
            found.insert(found.end(), members->begin(), members->end());
        else if (!schema::is_null(value))
            found.push_back(std::move(value));
    }
    return found;
}

std::vector<const Row*> Evaluator::objects(const Path& path, const Context& context) {
    return walk(path, path.steps.size(), context);
}

std::vector<Value> Evaluator::operand(const Expression& expression, const Context& context) {
    if (expression.kind == Expression::Kind::Path)
        return values(expression.path, context);
    XOS_CHECK(expression.kind == Expression::Kind::Literal, "operand of a comparison");
    return schema::is_null(expression.literal) ? std::vector<Value>{}
                                               : std::vector<Value>{expression.literal};
}

namespace {

/// Rows that reach `row` by one step: those before it on the path.
void step_back(model::View view, const Step& step, const Row& row,
               std::vector<const Row*>& sources) {
    if (step.kind == Step::Kind::Field) {
        const auto linking = view.linking(step.type, step.index, row.id());
        sources.insert(sources.end(), linking.begin(), linking.end());
        return;
    }
    const schema::Relation& relation = view.schema().type(step.type).relations[step.index];
    const auto add_near = [&](const Row& via) {
        if (view.type_of(via).fields[relation.near].type == FieldType::LinkSet) {
            for (const ObjectId member : via.links(relation.near)) {
                if (const Row* source = view.find(member))
                    sources.push_back(source);
            }
        } else if (const Row* source = view.follow(via, relation.near)) {
            sources.push_back(source);
        }
    };
    if (!relation.far) {
        add_near(row);
        return;
    }
    for (const Row* via : view.linking(relation.via, *relation.far, row.id()))
        add_near(*via);
}

bool is_link_step(const schema::Schema& schema, const Step& step) {
    if (step.kind == Step::Kind::Relation)
        return true;
    const schema::Type& type = schema.type(step.type);
    return step.index < type.fields.size() && (type.fields[step.index].type == FieldType::Link ||
                                               type.fields[step.index].type == FieldType::LinkSet);
}

}  // namespace

std::vector<const Row*> sources(model::View view, const Path& path, const Row& target) {
    std::vector<const Row*> at{&target};
    for (std::size_t i = path.steps.size(); i > 0 && !at.empty(); --i) {
        std::vector<const Row*> before;
        for (const Row* one : at)
            step_back(view, path.steps[i - 1], *one, before);
        at = std::move(before);
    }
    return at;
}

std::vector<ObjectId> readers(model::View view, const Path& path, const Row& changed,
                              const Row* before) {
    std::vector<ObjectId> found;
    if (path.root != Root::Object)
        return found;
    const schema::Schema& schema = view.schema();
    const auto collect = [&](const Row& row, std::size_t position) {
        Path prefix;
        prefix.steps.assign(path.steps.begin(), path.steps.begin() + position);
        for (const Row* source : sources(view, prefix, row))
            found.push_back(source->id());
    };
    for (std::size_t i = 0; i < path.steps.size(); ++i) {
        if (schema.is_a(changed.type(), path.steps[i].type)) {
            collect(changed, i);
            if (before && i > 0)
                collect(*before, i);
        }
        // The members behind a relation change when a row between them comes, goes or moves.
        if (path.steps[i].kind != Step::Kind::Relation || !is_link_step(schema, path.steps[i]))
            continue;
        const auto& relation = schema.type(path.steps[i].type).relations[path.steps[i].index];
        if (!schema.is_a(changed.type(), relation.via))
            continue;
        for (const Row* via : {&changed, before}) {
            if (const Row* near = via ? view.follow(*via, relation.near) : nullptr)
                collect(*near, i);
        }
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

std::vector<const Path*> paths_of(const Expression& expression) {
    std::vector<const Path*> paths;
    if (expression.kind == Expression::Kind::Path || expression.kind == Expression::Kind::Policy)
        paths.push_back(&expression.path);
    for (const Expression& operand : expression.operands) {
        const auto more = paths_of(operand);
        paths.insert(paths.end(), more.begin(), more.end());
    }
    return paths;
}

}  // namespace xos::expression
