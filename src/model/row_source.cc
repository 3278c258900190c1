#include "model/row_source.h"

#include <algorithm>
#include <array>
#include <queue>
#include <utility>

namespace xos::model {

using schema::FieldType;
using schema::Step;
using Operator = Condition::Operator;

namespace {

/// Joins over more objects than this are no better than looking at all rows.
constexpr std::size_t kMostJoined = 1000;

/// The index of what `condition` tests at the end of its path. One of a unique key lacks deleted
/// rows; it is good for whoever wants live ones: these never link to deleted ones, either.
const IndexLayout* find_index(const TypeLayout& layout, const Condition& condition,
                              FieldIndex field, Query::Kind kind) {
    if (!condition.member.empty())
        return layout.find_member_index(field);
    const bool live = kind == Query::Kind::Live || kind == Query::Kind::Dirty;
    for (const IndexLayout& index : layout.indexes) {
        const bool covers = !index.members && (live || !index.live_only);
        if (index.fields.size() == 1 && index.fields[0] == field && covers)
            return &index;
    }
    return nullptr;
}

std::optional<std::uint64_t> key_of(const schema::Field& field, const Condition& condition,
                                    const Value& value) {
    if (!condition.member.empty())
        return member_key(condition.member, std::get<std::string>(value));
    return index_key(field, value);
}

bool is_lookup(const Condition& condition) {
    const bool equality = condition.op == Operator::Exact || condition.op == Operator::In;
    return equality && !condition.negated &&
           std::all_of(condition.path.begin(), condition.path.end(),
                       [](const Step& step) { return step.kind == Step::Kind::Field; });
}

/// Objects of the type where the last step starts whose field has one of the values, by index.
std::optional<std::vector<Value>> find_ends(View view, const Condition& condition,
                                            Query::Kind kind) {
    const Step& last = condition.path.back();
    if (last.index == schema::kIdField)
        return condition.values;
    std::vector<Value> found;
    for (const TypeId leaf : view.schema().type(last.type).leaves) {
        const schema::Type& type = view.schema().type(leaf);
        if (last.index >= type.fields.size())
            return std::nullopt;
        const IndexLayout* index =
            find_index(view.layout().type(leaf), condition, last.index, kind);
        if (!index)
            return std::nullopt;
        for (const Value& value : condition.values) {
            const auto key = key_of(type.fields[last.index], condition, value);
            const Tree& tree = view.tree(index->root);
            if (!key || tree.count(*key) + found.size() > kMostJoined)
                return std::nullopt;
            for (auto at = tree.lower_bound({*key, 0}); at && (*at).key == *key; at.next())
                found.emplace_back(ObjectId{(*at).value});
        }
    }
    return found;
}

/// The values that the first step of `condition` must have, found from the end of its path.
std::optional<std::vector<Value>> first_values(View view, const Condition& condition,
                                               Query::Kind kind) {
    if (condition.path.size() == 1)
        return condition.values;
    auto ids = find_ends(view, condition, kind);
    for (std::size_t at = condition.path.size() - 1; ids && at > 1;) {
        const Step& step = condition.path[--at];
        std::vector<Value> sources;
        for (const Value& id : *ids) {
            const auto target = std::get<ObjectId>(id);
            if (view.count_linking(step.type, step.index, target) + sources.size() > kMostJoined)
                return std::nullopt;
            for (const Row* row : view.linking(step.type, step.index, target))
                sources.emplace_back(row->id());
        }
        ids = std::move(sources);
    }
    return ids;
}

/// Whether rows with the key of a value in an index have that value, and whoever sees the row sees
/// it.
bool has_exact_keys(const schema::Field& field) {
    switch (field.type) {
        case FieldType::Bool:
        case FieldType::Int:
        case FieldType::Time:
        case FieldType::Link: return !field.read_policy;
        default: return false;
    }
}

}  // namespace

RowSource RowSource::choose(View view, const Query& query) {
    RowSource best = all(view, query);
    const auto consider = [&](const Condition& condition) {
        if (best.estimate_ <= 1)
            return;
        auto other = by_index(view, query, condition);
        if (other && other->estimate_ < best.estimate_)
            best = std::move(*other);
    };
    std::for_each(query.conditions.begin(), query.conditions.end(), consider);
    std::for_each(query.hints.begin(), query.hints.end(), consider);
    return best;
}

RowSource RowSource::all(View view, const Query& query) {
    RowSource source(view, query);
    if (query.kind == Query::Kind::None) {
        source.from_ = From::Ids;
        source.explanation_ = "no objects";
    } else if (query.kind == Query::Kind::Deleted) {
        source.from_ = From::Deleted;
        source.estimate_ = view.count_deleted(query.type);
        source.explanation_ = "the deleted objects of the type";
    } else {
        source.estimate_ = view.count(query.type);
        source.explanation_ = "all objects of the type";
    }
    return source;
}

std::optional<RowSource> RowSource::by_index(View view, const Query& query,
                                             const Condition& condition) {
    if (!is_lookup(condition))
        return std::nullopt;
    auto values = first_values(view, condition, query.kind);
    if (!values)
        return std::nullopt;
    RowSource source(view, query);
    source.explanation_ = "index: " + condition.text;
    const FieldIndex field = condition.path[0].index;
    if (field == schema::kIdField) {
        source.from_ = From::Ids;
        for (const Value& value : *values)
            source.ids_.push_back(std::get<ObjectId>(value));
        std::sort(source.ids_.begin(), source.ids_.end());
        source.ids_.erase(std::unique(source.ids_.begin(), source.ids_.end()), source.ids_.end());
        source.estimate_ = source.ids_.size();
        return source;
    }
    source.from_ = From::Ranges;
    if (!source.add_ranges(condition, *values))
        return std::nullopt;
    return source;
}

bool RowSource::add_ranges(const Condition& condition, const std::vector<Value>& values) {
    const FieldIndex field = condition.path[0].index;
    const bool direct = condition.path.size() == 1;
    is_exact_ = direct && condition.op == Operator::Exact && condition.member.empty();
    for (const TypeId leaf : view_.schema().type(query_->type).leaves) {
        const schema::Type& type = view_.schema().type(leaf);
        if (field >= type.fields.size())
            return false;
        const TypeLayout& layout = view_.layout().type(leaf);
        const IndexLayout* index =
            direct ? find_index(layout, condition, field, query_->kind) : layout.find_index(field);
        if (!index)
            return false;
        is_exact_ &= has_exact_keys(type.fields[field]) && !index->live_only;
        const Tree& tree = view_.tree(index->root);
        for (const Value& value : values) {
            const auto key = direct ? key_of(type.fields[field], condition, value)
                                    : index_key(type.fields[field], value);
            const std::size_t count = key ? tree.count(*key) : 0;
            if (count > 0)
                ranges_.push_back({&tree, *key});
            estimate_ += count;
        }
    }
    return true;
}

void RowSource::walk(const Range& range, ObjectId after, const Visit& visit) const {
    for (auto at = range.tree->lower_bound({range.key, after.value + 1});
         at && (*at).key == range.key; at.next()) {
        const Row* row = view_.find(query_->type, ObjectId{(*at).value});
        if (row && !visit(*row))
            return;
    }
}

void RowSource::merge(ObjectId after, const Visit& visit) const {
    if (ranges_.size() == 1)
        return walk(ranges_[0], after, visit);
    struct Place {
        Tree::Cursor cursor;
        std::uint64_t key;
    };
    const auto later = [](const Place& a, const Place& b) {
        return (*a.cursor).value > (*b.cursor).value;
    };
    std::priority_queue<Place, std::vector<Place>, decltype(later)> places(later);
    const auto add = [&](Place place) {
        if (place.cursor && (*place.cursor).key == place.key)
            places.push(place);
    };
    for (const Range& range : ranges_)
        add({range.tree->lower_bound({range.key, after.value + 1}), range.key});
    ObjectId last = after;
    while (!places.empty()) {
        Place place = places.top();
        places.pop();
        const ObjectId id{(*place.cursor).value};
        place.cursor.next();
        add(place);
        if (id == last)
            continue;  // A link set may have several of the values.
        last = id;
        const Row* row = view_.find(query_->type, id);
        if (row && !visit(*row))
            return;
    }
}

void RowSource::for_each_block(ObjectId after, const View::BlockVisit& visit) const {
    if (from_ == From::All)
        return view_.for_each_block(query_->type, visit, after);
    std::array<const Row*, 64> rows;
    std::size_t count = 0;
    bool wanted = true;
    for_each(after, [&](const Row& row) {
        rows[count++] = &row;
        if (count == rows.size())
            wanted = visit(std::span(rows).first(std::exchange(count, 0)));
        return wanted;
    });
    if (wanted && count > 0)
        visit(std::span(rows).first(count));
}

void RowSource::for_each(ObjectId after, const Visit& visit) const {
    switch (from_) {
        case From::All: return view_.for_each(query_->type, visit, after);
        case From::Deleted:
            view_.for_each_deleted(query_->type,
                                   [&](const Row& row) { return row.id() <= after || visit(row); });
            return;
        case From::Ids:
            for (const ObjectId id : ids_) {
                const Row* row = id > after ? view_.find(query_->type, id) : nullptr;
                if (row && !visit(*row))
                    return;
            }
            return;
        case From::Ranges: merge(after, visit); return;
    }
}

}  // namespace xos::model
