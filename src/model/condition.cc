#include "model/condition.h"

#include <algorithm>
#include <cstring>

namespace xos::model {

using schema::FieldType;
using schema::Step;
using Operator = Condition::Operator;

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool equals_lower(std::string_view text, std::string_view low) {
    return text.size() == low.size() && std::equal(text.begin(), text.end(), low.begin(),
                                                   [](char a, char b) { return lower(a) == b; });
}

bool contains_lower(std::string_view text, std::string_view low) {
    if (low.empty())
        return true;
    if (text.size() < low.size())
        return false;
    const char first = low[0];
    const std::size_t places = text.size() - low.size() + 1;
    for (std::size_t i = 0; i < places; ++i) {
        if (lower(text[i]) == first && equals_lower(text.substr(i, low.size()), low))
            return true;
    }
    return false;
}

template <class T>
bool compares(Operator op, const T& left, const T& right) {
    switch (op) {
        case Operator::Exact:
        case Operator::In: return left == right;
        case Operator::Gt: return left > right;
        case Operator::Gte: return left >= right;
        case Operator::Lt: return left < right;
        case Operator::Lte: return left <= right;
        default: return false;
    }
}

template <class T>
bool any_value(const Condition& condition, const T& have) {
    return std::any_of(condition.values.begin(), condition.values.end(), [&](const Value& value) {
        return compares(condition.op, have, std::get<T>(value));
    });
}

bool is_null_test(const Condition& condition, bool null) {
    return condition.op == Operator::IsNull && std::get<bool>(condition.values[0]) == null;
}

bool member_fits(const Condition& condition, std::string_view map) {
    for (const auto& [name, value] : members_of(map)) {
        if (name == condition.member)
            return condition.op == Operator::IsNull ? is_null_test(condition, false)
                                                    : text_fits(condition, value);
    }
    return is_null_test(condition, true);
}

bool computed_fits(View view, const Row& row, const Condition& condition, FieldIndex at) {
    if (condition.op == Operator::IsNull)
        return is_null_test(condition, false);
    if (at == schema::kIdField)
        return any_value(condition, row.id());
    if (at == schema::kReadyField)
        return any_value(condition, row.ready());
    return text_fits(condition, view.type_of(row).name);
}

struct Walk {
    View view;
    const Condition& condition;
    const Sight& sight;

    bool any(const Row& row, std::size_t at) const {
        const Step& step = condition.path[at];
        if (step.kind == Step::Kind::Relation) {
            const auto& relation = view.type_of(row).relations[step.index];
            return any_of(view.related(row, relation), at + 1);
        }
        if (!sight.sees(row, step.index))
            return is_null_test(condition, true);
        if (at + 1 == condition.path.size())
            return field_fits(view, row, condition, step.index);
        std::vector<const Row*> targets;
        if (view.type_of(row).fields[step.index].type == FieldType::LinkSet) {
            for (const ObjectId member : row.links(step.index))
                targets.push_back(view.find(member));
        } else {
            targets.push_back(view.follow(row, step.index));
        }
        return any_of(targets, at + 1);
    }

    bool any_of(const std::vector<const Row*>& rows, std::size_t at) const {
        bool none = true;
        for (const Row* row : rows) {
            if (!row || !sight.sees(*row))
                continue;
            none = false;
            if (any(*row, at))
                return true;
        }
        return none && is_null_test(condition, true);
    }
};

}  // namespace

bool text_fits(const Condition& condition, std::string_view text) {
    const auto fits = [&](const Value& value) {
        const std::string_view wanted = std::get<std::string>(value);
        switch (condition.op) {
            case Operator::IExact: return equals_lower(text, wanted);
            case Operator::Contains: return text.find(wanted) != std::string_view::npos;
            case Operator::IContains: return contains_lower(text, wanted);
            case Operator::StartsWith: return text.starts_with(wanted);
            case Operator::Regex:
            case Operator::IRegex: return condition.compiled->finds_in(text);
            default: return compares(condition.op, text, wanted);
        }
    };
    return std::any_of(condition.values.begin(), condition.values.end(), fits);
}

bool field_fits(View view, const Row& row, const Condition& condition, FieldIndex at) {
    const auto& fields = view.type_of(row).fields;
    if (at >= fields.size())
        return computed_fits(view, row, condition, at);
    const FieldType type = fields[at].type;
    if (!condition.member.empty())
        return member_fits(condition, row.string(at));
    const bool null = row.is_null(at) || (type == FieldType::LinkSet && row.links(at).empty());
    if (null || condition.op == Operator::IsNull)
        return is_null_test(condition, null);
    switch (type) {
        case FieldType::Bool: return any_value(condition, row.boolean(at));
        case FieldType::Int:
        case FieldType::Time: return any_value(condition, row.integer(at));
        case FieldType::Double: return any_value(condition, row.number(at));
        case FieldType::Link: return any_value(condition, row.link(at));
        case FieldType::LinkSet: {
            const auto members = row.links(at);
            return std::any_of(members.begin(), members.end(),
                               [&](ObjectId member) { return any_value(condition, member); });
        }
        case FieldType::String:
        case FieldType::Json:
        case FieldType::Map: return text_fits(condition, row.string(at));
    }
    return false;
}

bool matches(View view, const Row& row, const Condition& condition, const Sight& sight) {
    return Walk{view, condition, sight}.any(row, 0) != condition.negated;
}

}  // namespace xos::model
