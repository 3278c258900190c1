#include "api/selection.h"

#include "expression/evaluator.h"

#include <algorithm>
#include <functional>
#include <optional>

namespace xos::api {

using model::Row;
using schema::Expression;
using schema::Path;
using schema::Step;

namespace {

bool has_kind(const Expression& expression, bool (*is_wanted)(Expression::Kind)) {
    return is_wanted(expression.kind) ||
           std::any_of(expression.operands.begin(), expression.operands.end(),
                       [&](const Expression& operand) { return has_kind(operand, is_wanted); });
}

bool is_quantifier(Expression::Kind kind) {
    return kind == Expression::Kind::Exists || kind == Expression::Kind::ForAll ||
           kind == Expression::Kind::Policy;
}

/// The stored field that a step reads, or nullptr.
const schema::Field* field_of(const schema::Schema& schema, const Step& step) {
    if (step.kind != Step::Kind::Field || step.index >= schema::kLeafModelNameField)
        return nullptr;
    return &schema.type(step.type).fields[step.index];
}

bool any_field(const schema::Schema& schema, const Path& path,
               const std::function<bool(const schema::Field&)>& test) {
    return std::any_of(path.steps.begin(), path.steps.end(), [&](const Step& step) {
        const schema::Field* field = field_of(schema, step);
        return field && test(*field);
    });
}

/// Whether nobody may ask for what the path reads; behind a quantifier no rule of a single object
/// could be asked.
bool is_secret(const schema::Schema& schema, const Path& path) {
    const bool is_free = path.root == schema::Root::Variable;
    return any_field(schema, path, [&](const schema::Field& field) {
        return field.secret || field.hashed || (is_free && field.read_policy);
    });
}

/// A literal as the value of a field of that type; nothing when no field is just equal to it.
std::optional<model::Value> value_for(schema::FieldType type, const model::Value& literal) {
    const auto* number = std::get_if<std::int64_t>(&literal);
    switch (type) {
        case schema::FieldType::String:
            return std::holds_alternative<std::string>(literal) ? std::optional(literal)
                                                                : std::nullopt;
        case schema::FieldType::Int: return number ? std::optional(literal) : std::nullopt;
        case schema::FieldType::Link:
            return number && *number > 0
                       ? std::optional<model::Value>(ObjectId{static_cast<std::uint64_t>(*number)})
                       : std::nullopt;
        default: return std::nullopt;
    }
}

/// The conditions that `expression` cannot hold without.
void find_hints(const schema::Schema& schema, const Expression& expression,
                std::vector<model::Condition>& hints) {
    if (expression.kind == Expression::Kind::And) {
        for (const Expression& operand : expression.operands)
            find_hints(schema, operand, hints);
        return;
    }
    if (expression.kind != Expression::Kind::Compare ||
        expression.comparison != schema::Comparison::Equal)
        return;
    const bool is_turned = expression.operands[0].kind == Expression::Kind::Literal;
    const Expression& left = expression.operands[is_turned ? 1 : 0];
    const Expression& right = expression.operands[is_turned ? 0 : 1];
    const Path& path = left.path;
    if (left.kind != Expression::Kind::Path || right.kind != Expression::Kind::Literal ||
        path.root != schema::Root::Object || path.many || path.steps.empty())
        return;
    const Step& last = path.steps.back();
    const schema::Field* field = field_of(schema, last);
    if (!field && last.index != schema::kIdField)
        return;
    const auto value = value_for(field ? field->type : schema::FieldType::Link, right.literal);
    if (value)
        hints.push_back({.path = path.steps, .values = {*value}, .text = "q, " + path.text});
}

}  // namespace

Selection::Selection(Expression expression)
    : expression_(std::move(expression)),
      paths_(expression::paths_of(expression_)),
      has_quantifier_(has_kind(expression_, is_quantifier)) {}

Result<std::shared_ptr<const Selection>> Selection::parse(const schema::Schema& schema,
                                                          const schema::Type& type,
                                                          std::string_view text) {
    auto parsed = schema.parse_expression(text, {.self = type.id, .other = {}, .file = "q"});
    if (auto* problems = std::get_if<schema::Problems>(&parsed)) {
        std::vector<ErrorDetail> details;
        for (const schema::Problem& problem : *problems)
            details.push_back(
                {"q", "column " + std::to_string(problem.column) + ": " + problem.message});
        const std::string first = details.empty() ? "is no expression" : details[0].message;
        return Error{ErrorCode::Invalid, "q: " + first, std::move(details)};
    }
    std::shared_ptr<Selection> selection(new Selection(std::move(std::get<Expression>(parsed))));
    for (const Path* path : selection->paths_) {
        if (is_secret(schema, *path))
            return Error{ErrorCode::Invalid,
                         "q: \"" + path->text + "\" is secret",
                         {{"q", "\"" + path->text + "\" is secret"}}};
        selection->asks_rules_ |= any_field(schema, *path, [](const schema::Field& field) {
            return field.read_policy.has_value();
        });
    }
    find_hints(schema, selection->expression_, selection->hints_);
    return std::shared_ptr<const Selection>(std::move(selection));
}

Result<void> Selection::check(const Reader& reader) const {
    if (!has_quantifier_ || reader.sees_all())
        return {};
    return Error{ErrorCode::PermissionDenied,
                 "only root may use exists, forall and policies in q",
                 {{"q", "only root may use exists, forall and policies"}}};
}

/// Whether everything that the path passes on its way from `row` may be seen.
bool Selection::is_in_sight(const Reader& reader, const Row& row, const Path& path) const {
    switch (path.root) {
        case schema::Root::Object: break;
        case schema::Root::Variable: return reader.sees_all();
        case schema::Root::Old:
        case schema::Root::User:
        case schema::Root::Service: return path.steps.size() <= 1 || reader.sees_all();
        default: return true;
    }
    expression::Evaluator evaluator(reader.view());
    Path part = path;
    for (std::size_t i = 0; i < path.steps.size(); ++i) {
        part.steps.assign(path.steps.begin(), path.steps.begin() + static_cast<std::ptrdiff_t>(i));
        for (const Row* at : evaluator.objects(part, {.object = &row})) {
            if ((i > 0 && !reader.sees(*at)) ||
                (path.steps[i].kind == Step::Kind::Field && !reader.sees(*at, path.steps[i].index)))
                return false;
        }
    }
    return true;
}

bool Selection::selects(const Reader& reader, const Row& row) const {
    const bool sees_paths = (reader.sees_all() && !asks_rules_) ||
                            std::all_of(paths_.begin(), paths_.end(), [&](const Path* path) {
                                return is_in_sight(reader, row, *path);
                            });
    if (!sees_paths)
        return false;
    const Row* self = access::find_principal(reader.view(), reader.principal());
    const bool is_user = reader.principal().kind == access::Principal::Kind::User;
    return expression::Evaluator(reader.view())
        .holds(expression_, {.object = &row,
                             .old = &row,
                             .user = is_user ? self : nullptr,
                             .service = is_user ? nullptr : self});
}

}  // namespace xos::api
