#pragma once

#include "model/condition.h"
#include "model/snapshot.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace xos::model {

/// One key of an order; ties are broken by the keys behind it, then by id.
struct OrderKey {
    std::vector<schema::Step> path;  ///< Of single links and a field. A null comes first.
    bool descending = false;
};

/// What to look for in one version of the model.
struct Query {
    enum class Kind : std::uint8_t {
        Live,     ///< Objects whose deletion is not wanted.
        Deleted,  ///< Those whose deletion is wanted and not confirmed.
        Dirty,    ///< Live ones that a service still has to make real.
        All,
        None,  ///< No objects at all.
    };
    TypeId type;
    std::vector<Condition> conditions;  ///< All must hold.
    /// A further test, such as an expression; empty: none.
    std::function<bool(const Row&)> predicate;
    /// Conditions that follow from `predicate`: a way to find what fits; they are not tested.
    std::vector<Condition> hints;
    Sight sight;
    Kind kind = Kind::Live;
    std::vector<OrderKey> order;  ///< Empty: by id.
    std::size_t limit = 100;
    std::string after;   ///< `Page::next` of the page before; empty: from the start.
    bool count = false;  ///< Whether `Page::total` is wanted.
};

/// Whether a row is one of those that a query of `kind` looks at.
bool is_of_kind(const Row& row, Query::Kind kind);

/// What was found.
struct Page {
    std::vector<const Row*> rows;
    std::string next;  ///< For `Query::after`; empty when there is no more.
    std::size_t total = 0;
};

/// The keys that "-created,site__name" stands for. Invalid, with a suggestion, when the type has no
/// such path or one can have several values.
Result<std::vector<OrderKey>> parse_order(const schema::Schema& schema, TypeId type,
                                          std::string_view text);

/// The objects that `query` asks for. Malformed when `after` is no cursor of this order.
Result<Page> find(View view, const Query& query);

/// How many rows `find` will look at, without looking at them; at most.
std::size_t estimate(View view, const Query& query);
/// In words: which index `find` uses, or that it looks at all rows.
std::string explain(View view, const Query& query);

}  // namespace xos::model
