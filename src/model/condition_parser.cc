#include "base/text.h"
#include "model/condition.h"
#include "schema/suggestion.h"

#include <algorithm>
#include <array>

namespace xos::model {

using schema::FieldType;
using schema::Schema;
using schema::Step;
using Operator = Condition::Operator;

namespace {

constexpr std::size_t kLongestPath = 12;

struct OperatorName {
    std::string_view name;
    Operator op;
};
constexpr std::array kOperators{
    OperatorName{"exact", Operator::Exact},
    OperatorName{"iexact", Operator::IExact},
    OperatorName{"contains", Operator::Contains},
    OperatorName{"icontains", Operator::IContains},
    OperatorName{"startswith", Operator::StartsWith},
    OperatorName{"regex", Operator::Regex},
    OperatorName{"iregex", Operator::IRegex},
    OperatorName{"in", Operator::In},
    OperatorName{"gt", Operator::Gt},
    OperatorName{"gte", Operator::Gte},
    OperatorName{"lt", Operator::Lt},
    OperatorName{"lte", Operator::Lte},
    OperatorName{"isnull", Operator::IsNull},
};

const OperatorName* find_operator(std::string_view name) {
    const auto* at = std::find_if(kOperators.begin(), kOperators.end(),
                                  [&](const OperatorName& one) { return one.name == name; });
    return at == kOperators.end() ? nullptr : at;
}

std::vector<std::string_view> split_key(std::string_view name) {
    std::vector<std::string_view> parts;
    for (std::size_t at = name.find("__"); at != std::string_view::npos; at = name.find("__")) {
        parts.push_back(name.substr(0, at));
        name.remove_prefix(at + 2);
    }
    parts.push_back(name);
    return parts;
}

std::optional<Step> find_step(const schema::Type& type, std::string_view name) {
    if (const auto field = type.find_field_index(name))
        return Step{Step::Kind::Field, type.id, *field};
    if (const schema::Relation* relation = type.find_relation(name)) {
        const auto index = static_cast<std::uint16_t>(relation - type.relations.data());
        return Step{Step::Kind::Relation, type.id, index};
    }
    return std::nullopt;
}

/// The type behind a step, or nothing when the step ends a path.
std::optional<TypeId> target_of(const Schema& schema, const Step& step) {
    const schema::Type& type = schema.type(step.type);
    if (step.kind == Step::Kind::Relation)
        return type.relations[step.index].target;
    if (step.index >= type.fields.size())
        return std::nullopt;
    const schema::Field& field = type.fields[step.index];
    if (field.type == FieldType::Link || field.type == FieldType::LinkSet)
        return field.target;
    return std::nullopt;
}

Error unknown_name(const schema::Type& type, std::string_view name, bool operators_too) {
    std::vector<std::string_view> names{"id", "ready", "leaf_model_name"};
    for (const auto& field : type.fields)
        names.push_back(field.api_name);
    for (const auto& relation : type.relations)
        names.push_back(relation.name);
    for (const OperatorName& one : kOperators) {
        if (operators_too)
            names.push_back(one.name);
    }
    return Error{ErrorCode::Invalid, type.name + " has no field " + schema::quoted(name) +
                                         schema::did_you_mean(name, names)};
}

/// `name` follows what is no link, so it can only have been meant as an operator.
Error no_link(std::string_view before, std::string_view name) {
    std::vector<std::string_view> names;
    for (const OperatorName& one : kOperators)
        names.push_back(one.name);
    return Error{ErrorCode::Invalid, schema::quoted(name) + " after " + schema::quoted(before) +
                                         " is no operator" + schema::did_you_mean(name, names)};
}

Result<bool> parse_bool(std::string_view text) {
    const std::string low = to_lower(text);
    if (low == "true" || low == "1")
        return true;
    if (low == "false" || low == "0")
        return false;
    return Error{ErrorCode::Invalid, "wants true or false in place of " + schema::quoted(text)};
}

/// How the end of a path is compared.
struct End {
    FieldType type = FieldType::String;
    bool is_text() const {
        return type == FieldType::String || type == FieldType::Json || type == FieldType::Map;
    }
    bool is_link() const { return type == FieldType::Link || type == FieldType::LinkSet; }
};

End end_of(const Schema& schema, const Step& step) {
    switch (step.index) {
        case schema::kIdField: return {FieldType::Link};
        case schema::kReadyField: return {FieldType::Bool};
        case schema::kLeafModelNameField: return {FieldType::String};
        default: return {schema.type(step.type).fields[step.index].type};
    }
}

Result<Value> parse_value(End end, std::string_view text) {
    const auto wanted = [&](std::string_view what) {
        return Error{ErrorCode::Invalid,
                     "wants " + std::string(what) + " in place of " + schema::quoted(text)};
    };
    switch (end.type) {
        case FieldType::Bool: return Value(TRY(parse_bool(text)));
        case FieldType::Int: {
            const auto number = parse_int(text);
            return number ? Result<Value>(Value(*number)) : wanted("a whole number");
        }
        case FieldType::Double: {
            const std::string copy(text);
            char* stop = nullptr;
            const double number = std::strtod(copy.c_str(), &stop);
            if (copy.empty() || *stop != '\0')
                return wanted("a number");
            return Value(number);
        }
        case FieldType::Time: {
            const auto time = parse_time(text);
            if (!time)
                return wanted("a time such as \"2026-01-31T12:00:00Z\"");
            return Value(to_microseconds(*time));
        }
        case FieldType::Link:
        case FieldType::LinkSet: {
            const auto number = parse_int(text);
            if (!number || *number < 0)
                return wanted("the id of an object");
            return Value(ObjectId{static_cast<std::uint64_t>(*number)});
        }
        default: return Value(std::string(text));
    }
}

bool fits_end(Operator op, End end) {
    switch (op) {
        case Operator::Exact:
        case Operator::In:
        case Operator::IsNull: return true;
        case Operator::Gt:
        case Operator::Gte:
        case Operator::Lt:
        case Operator::Lte: return end.type != FieldType::Bool && end.type != FieldType::LinkSet;
        default: return end.is_text();
    }
}

Result<void> read_values(Condition& condition, End end, std::string_view value) {
    switch (condition.op) {
        case Operator::IsNull: condition.values.emplace_back(TRY(parse_bool(value))); return {};
        case Operator::In:
            for (const std::string_view one : split(value, ','))
                condition.values.push_back(TRY(parse_value(end, trim(one))));
            return {};
        case Operator::IExact:
        case Operator::IContains: condition.values.emplace_back(to_lower(value)); return {};
        case Operator::Regex:
        case Operator::IRegex: {
            const bool ignore_case = condition.op == Operator::IRegex;
            condition.compiled =
                TRY(xos::Regex::compile((ignore_case ? "(?i)" : "") + std::string(value)));
            condition.values.emplace_back(std::string(value));
            return {};
        }
        default: condition.values.push_back(TRY(parse_value(end, value))); return {};
    }
}

/// Where `parts` go on behind a map, takes the name of a member, and the operator behind it, off.
std::string take_member(const Schema& schema, TypeId type, std::vector<std::string_view>& parts,
                        const OperatorName*& op) {
    for (std::size_t length = 1; length < parts.size(); ++length) {
        const auto path = parse_path(schema, type, {parts.begin(), parts.begin() + length});
        if (!path)
            return {};
        const Step& last = path->back();
        if (last.index >= schema.type(last.type).fields.size() ||
            schema.type(last.type).fields[last.index].type != FieldType::Map)
            continue;
        op = find_operator(parts.back());
        std::vector<std::string> names(parts.begin() + length, parts.end() - (op ? 1 : 0));
        parts.resize(length);
        return join(names, "__");
    }
    return {};
}

}  // namespace

Result<std::vector<Step>> parse_path(const Schema& schema, TypeId type,
                                     const std::vector<std::string_view>& names) {
    std::vector<Step> path;
    std::optional<TypeId> at = type;
    for (const std::string_view name : names) {
        if (!at)
            return no_link(names[path.size() - 1], name);
        const auto step = find_step(schema.type(*at), name);
        if (!step)
            return unknown_name(schema.type(*at), name, path.size() + 1 == names.size());
        path.push_back(*step);
        at = target_of(schema, *step);
    }
    if (path.size() > kLongestPath)
        return Error{ErrorCode::Invalid,
                     "a path has at most " + std::to_string(kLongestPath) + " steps"};
    if (path.back().kind == Step::Kind::Relation)
        path.push_back(Step{Step::Kind::Field, *at, schema::kIdField});
    return path;
}

Result<Condition> parse_condition(const Schema& schema, TypeId type, std::string_view name,
                                  std::string_view value) {
    Condition condition;
    condition.text = std::string(name) + "=" + std::string(value);
    auto parts = split_key(name);
    // A type may have a field "not"; a path that exists as it stands is meant as it stands.
    if (parts.size() > 1 && parts[0] == "not" && !find_step(schema.type(type), "not")) {
        condition.negated = true;
        parts.erase(parts.begin());
    }
    const OperatorName* op = nullptr;
    condition.member = take_member(schema, type, parts, op);
    auto path = parse_path(schema, type, parts);
    if (op)
        condition.op = op->op;
    else
        op = parts.size() > 1 ? find_operator(parts.back()) : nullptr;
    if (!path && op) {
        parts.pop_back();
        condition.op = op->op;
        path = parse_path(schema, type, parts);
    }
    condition.path = TRY(std::move(path));
    const End end = end_of(schema, condition.path.back());
    const Step& last = condition.path.back();
    if (last.index < schema::kLeafModelNameField) {
        const auto& field = schema.type(last.type).fields[last.index];
        if ((field.secret || field.hashed) && condition.op != Operator::IsNull)
            return Error{ErrorCode::Invalid, schema::quoted(field.api_name) +
                                                 " is secret: only __isnull can be asked of it"};
    }
    if (!fits_end(condition.op, end))
        return Error{ErrorCode::Invalid, schema::quoted(parts.back()) + " cannot be compared by " +
                                             schema::quoted(op ? op->name : "exact")};
    TRY(read_values(condition, end, value));
    return condition;
}

}  // namespace xos::model
