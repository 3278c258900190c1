#include "model/row_filter.h"

#include <algorithm>

namespace xos::model {

using schema::FieldType;
using schema::Step;
using Operator = Condition::Operator;

bool is_of_kind(const Row& row, Query::Kind kind) {
    namespace base = schema::base_field;
    switch (kind) {
        case Query::Kind::Live: return !row.deleted();
        case Query::Kind::Deleted: return row.deleted();
        case Query::Kind::All: return true;
        case Query::Kind::None: return false;
        case Query::Kind::Dirty:
            return !row.deleted() && !row.is_null(base::kBackendOwner) &&
                   !row.boolean(base::kNoSync) && !row.boolean(base::kLazyBlocked) && !row.ready();
    }
    return false;
}

namespace {

/// Most rows differ in the length of the text already, which is in the row's slots.
bool text_is(View, const Condition& condition, const Row& row, FieldIndex field) {
    return row.string(field) == *std::get_if<std::string>(&condition.values[0]) &&
           !row.is_null(field);
}

bool text_passes(View, const Condition& condition, const Row& row, FieldIndex field) {
    return !row.is_null(field) && text_fits(condition, row.string(field));
}

bool whole_is(View, const Condition& condition, const Row& row, FieldIndex field) {
    return row.integer(field) == *std::get_if<std::int64_t>(&condition.values[0]) &&
           !row.is_null(field);
}

bool any_passes(View view, const Condition& condition, const Row& row, FieldIndex field) {
    return field_fits(view, row, condition, field);
}

bool is_text(FieldType type) {
    return type == FieldType::String || type == FieldType::Json || type == FieldType::Map;
}

}  // namespace

RowFilter::RowFilter(View view, const Query& query) : view_(view), query_(&query) {
    const schema::Type& type = view.schema().type(query.type);
    for (const Condition& condition : query.conditions) {
        if (const auto own = make_own(type, condition))
            own_.push_back(*own);
        else
            elsewhere_.push_back(&condition);
    }
    std::stable_partition(own_.begin(), own_.end(), [](const OwnTest& test) {
        return test.passes == &text_is || test.passes == &whole_is;
    });
}

std::optional<RowFilter::OwnTest> RowFilter::make_own(const schema::Type& type,
                                                      const Condition& condition) {
    const Step& step = condition.path[0];
    if (condition.path.size() > 1 || step.kind != Step::Kind::Field ||
        step.index >= type.fields.size() || type.fields[step.index].read_policy)
        return std::nullopt;
    const FieldType field = type.fields[step.index].type;
    OwnTest test{&condition, step.index, is_text(field), &any_passes};
    if (condition.op == Operator::IsNull || !condition.member.empty())
        test.is_text = false;
    else if (test.is_text)
        test.passes = condition.op == Operator::Exact ? &text_is : &text_passes;
    else if (field == FieldType::Int && condition.op == Operator::Exact)
        test.passes = &whole_is;
    return test;
}

std::span<const Row*> RowFilter::sift(std::span<const Row*> rows) const {
    for (const OwnTest& test : own_)
        rows = sift(test, rows);
    return rows;
}

std::span<const Row*> RowFilter::sift(const OwnTest& test, std::span<const Row*> rows) const {
    const schema::Type& type = view_.schema().type(query_->type);
    for (const Row* row : rows)
        row->prefetch(type, test.field);
    if (test.is_text && test.passes != &text_is) {
        for (const Row* row : rows)
            __builtin_prefetch(row->string(test.field).data());
    }
    std::size_t kept = 0;
    for (const Row* row : rows) {
        if (test.passes(view_, *test.condition, *row, test.field) != test.condition->negated)
            rows[kept++] = row;
    }
    return rows.first(kept);
}

bool RowFilter::fits(const Row& row) const {
    if (!is_of_kind(row, query_->kind))
        return false;
    for (const Condition* condition : elsewhere_) {
        if (!matches(view_, row, *condition, query_->sight))
            return false;
    }
    return query_->sight.sees(row) && (!query_->predicate || query_->predicate(row));
}

}  // namespace xos::model
