#include "model/query.h"

#include "base/text.h"
#include "model/query_cursor.h"
#include "model/row_filter.h"
#include "model/row_source.h"
#include "schema/suggestion.h"

#include <algorithm>

namespace xos::model {

using schema::FieldType;
using schema::Step;

namespace {

class Search {
public:
    Search(View view, const Query& query)
        : view_(view),
          query_(query),
          source_(RowSource::choose(view, query)),
          filter_(view, query) {}

    Result<Page> run() {
        const auto start = TRY(decode_cursor(query_));
        if (query_.order.empty())
            find_by_id(start ? start->id : ObjectId{});
        else
            find_by_order(start);
        finish();
        return std::move(page_);
    }

private:
    /// Calls `visit` with the rows that fit and have greater ids than `after`, until it returns
    /// false.
    template <class Visit>
    void for_each_fitting(ObjectId after, const Visit& visit) {
        source_.for_each_block(after, [&](std::span<const Row*> rows) {
            for (const Row* row : filter_.sift(rows)) {
                if (filter_.fits(*row) && !visit(*row))
                    return false;
            }
            return true;
        });
    }

    void find_by_id(ObjectId after) {
        const bool count_all = query_.count;
        for_each_fitting(count_all ? ObjectId{} : after, [&](const Row& row) {
            ++page_.total;
            if (row.id() > after && places_.size() <= query_.limit)
                places_.push_back({&row, {}, row.id()});
            return count_all || places_.size() <= query_.limit;
        });
    }

    /// Keeps the first `limit` + 1 as a heap, the last of them on top.
    void find_by_order(const std::optional<Place>& start) {
        const auto before = [&](const Place& a, const Place& b) {
            return precedes(query_.order, a, b);
        };
        for_each_fitting({}, [&](const Row& row) {
            ++page_.total;
            if (places_.size() > query_.limit && !precedes(view_, query_, row, places_.front()))
                return true;
            Place place = place_of(view_, query_, row);
            if (start && !before(*start, place))
                return true;
            places_.push_back(std::move(place));
            std::push_heap(places_.begin(), places_.end(), before);
            if (places_.size() > query_.limit + 1) {
                std::pop_heap(places_.begin(), places_.end(), before);
                places_.pop_back();
            }
            return true;
        });
        std::sort_heap(places_.begin(), places_.end(), before);
    }

    void finish() {
        const bool more = places_.size() > query_.limit;
        if (more)
            places_.pop_back();
        for (const Place& place : places_)
            page_.rows.push_back(place.row);
        if (more && !places_.empty())
            page_.next = encode_cursor(query_.order, places_.back());
    }

    View view_;
    const Query& query_;
    const RowSource source_;
    const RowFilter filter_;
    Page page_;
    std::vector<Place> places_;
};

/// From how many deleted objects on it is not worth it to look at each to count the live ones.
constexpr std::size_t kManyDeleted = 1000;

/// How many objects fit, from the sizes of subtrees, where the filter allows.
std::optional<std::size_t> count_without_walk(View view, const Query& query) {
    const bool is_live = query.kind == Query::Kind::Live;
    if (query.predicate || query.sight.object || query.conditions.size() > 1 ||
        !(is_live || query.kind == Query::Kind::All))
        return std::nullopt;
    const std::size_t deleted = is_live ? view.count_deleted(query.type) : 0;
    if (query.conditions.empty())
        return view.count(query.type) - deleted;
    const RowSource source = RowSource::choose(view, query);
    if (!source.is_exact() || deleted > kManyDeleted)
        return std::nullopt;
    std::size_t total = source.estimate();
    if (deleted == 0)
        return total;
    view.for_each_deleted(query.type, [&](const Row& row) {
        total -= matches(view, row, query.conditions[0], query.sight) ? 1 : 0;
        return true;
    });
    return total;
}

Result<OrderKey> parse_key(const schema::Schema& schema, TypeId type, std::string_view text) {
    OrderKey key;
    key.descending = text.starts_with('-');
    if (key.descending)
        text.remove_prefix(1);
    std::string dotted(text);
    for (auto at = dotted.find("__"); at != std::string::npos; at = dotted.find("__"))
        dotted.replace(at, 2, ".");
    key.path = TRY(parse_path(schema, type, split(dotted, '.')));
    for (const Step& step : key.path) {
        if (step.kind == Step::Kind::Field && step.index >= schema::kLeafModelNameField)
            continue;
        const auto many =
            Error{ErrorCode::Invalid, schema::quoted(text) + " has no single value to order by"};
        if (step.kind == Step::Kind::Relation)
            return many;
        const schema::Field& field = schema.type(step.type).fields[step.index];
        if (field.type == FieldType::LinkSet || field.type == FieldType::Json ||
            field.type == FieldType::Map || field.secret || field.hashed)
            return many;
    }
    return key;
}

}  // namespace

Result<std::vector<OrderKey>> parse_order(const schema::Schema& schema, TypeId type,
                                          std::string_view text) {
    std::vector<OrderKey> order;
    for (const std::string_view one : split(text, ',')) {
        if (trim(one).empty() || trim(one) == "-")
            return Error{ErrorCode::Invalid, "wants field names between the commas"};
        order.push_back(TRY(parse_key(schema, type, trim(one))));
    }
    if (order.size() > 8)
        return Error{ErrorCode::Invalid, "wants at most 8 fields"};
    return order;
}

Result<Page> find(View view, const Query& query) {
    const auto total = query.count ? count_without_walk(view, query) : std::nullopt;
    if (!total)
        return Search(view, query).run();
    Query uncounted = query;
    uncounted.count = false;
    Page page = TRY(Search(view, uncounted).run());
    page.total = *total;
    return page;
}

std::size_t estimate(View view, const Query& query) {
    const RowSource source = RowSource::choose(view, query);
    const bool stops_early = query.order.empty() && query.conditions.empty() && !query.predicate &&
                             !query.sight.object && !query.count;
    return stops_early ? std::min(source.estimate(), query.limit + 1) : source.estimate();
}

std::string explain(View view, const Query& query) {
    const RowSource source = RowSource::choose(view, query);
    return source.explanation() + ", at most " + std::to_string(source.estimate()) + " rows" +
           (query.order.empty() ? ", in order of id" : ", then sorted");
}

}  // namespace xos::model
