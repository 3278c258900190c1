#pragma once

#include "model/query.h"

#include <optional>
#include <string>
#include <vector>

namespace xos::model {

/// Where a row stands in an order.
struct Place {
    const Row* row = nullptr;
    std::vector<Value> keys;  ///< One for each key of the order.
    ObjectId id;
};

Place place_of(View view, const Query& query, const Row& row);
/// Whether `a` comes before `b`.
bool precedes(const std::vector<OrderKey>& order, const Place& a, const Place& b);

/// Whether `row` comes before `b`, without making its keys.
bool precedes(View view, const Query& query, const Row& row, const Place& b);

/// A place as an opaque text that goes well in a URL.
std::string encode_cursor(const std::vector<OrderKey>& order, const Place& place);
/// The place that `query.after` stands for, without its row; nothing when it is empty. Malformed
/// when it is none, or is one of another order.
Result<std::optional<Place>> decode_cursor(const Query& query);

}  // namespace xos::model
