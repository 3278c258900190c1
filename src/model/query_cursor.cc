#include "model/query_cursor.h"

#include "base/crypto.h"
#include "base/json.h"

namespace xos::model {

using schema::Step;

namespace {

/// Tells one order from another.
std::string signature(const std::vector<OrderKey>& order) {
    std::string text;
    for (const OrderKey& key : order) {
        text += key.descending ? '-' : '+';
        for (const Step& step : key.path)
            text += std::to_string(step.type.value) + "." + std::to_string(step.index) + ".";
    }
    return text;
}

Value value_at(View view, const Query& query, const Row& row, const std::vector<Step>& path) {
    const Row* at = &row;
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (!query.sight.sees(*at, path[i].index))
            return {};
        if (i + 1 == path.size())
            return value_of(view.type_of(*at), *at, path[i].index);
        at = view.follow(*at, path[i].index);
        if (!at || !query.sight.sees(*at))
            return {};
    }
    return {};
}

template <class T>
int compare(const T& left, const T& right) {
    return left < right ? -1 : right < left ? 1 : 0;
}

/// The order of a field of the row itself and a value that it could have; a null comes first.
int order_own(const schema::Field& field, const Row& row, FieldIndex at, const Value& value) {
    if (row.is_null(at) || schema::is_null(value))
        return compare(!row.is_null(at), !schema::is_null(value));
    if (const auto* text = std::get_if<std::string>(&value))
        return row.string(at).compare(*text);
    if (const auto* number = std::get_if<double>(&value))
        return compare(row.number(at), *number);
    if (const auto* link = std::get_if<ObjectId>(&value))
        return compare(row.link(at), *link);
    if (const auto* boolean = std::get_if<bool>(&value))
        return compare(row.boolean(at), *boolean);
    const auto* whole = std::get_if<std::int64_t>(&value);
    // A cursor gives a double without fraction back as a whole number.
    return field.type == schema::FieldType::Double
               ? compare(row.number(at), whole ? static_cast<double>(*whole) : 0.0)
               : compare(row.integer(at), whole ? *whole : 0);
}

Json to_json(const Value& value) {
    if (const auto* boolean = std::get_if<bool>(&value))
        return *boolean;
    if (const auto* integer = std::get_if<std::int64_t>(&value))
        return *integer;
    if (const auto* number = std::get_if<double>(&value))
        return *number;
    if (const auto* text = std::get_if<std::string>(&value))
        return *text;
    if (const auto* link = std::get_if<ObjectId>(&value))
        return Json(Json::Array{Json(link->value)});
    return nullptr;
}

Value from_json(const Json& json) {
    if (const auto* boolean = json.as_bool())
        return *boolean;
    if (const auto* integer = json.as_int())
        return *integer;
    if (const auto* number = json.as_double())
        return *number;
    if (const auto* text = json.as_string())
        return *text;
    if (const auto* link = json.as_array()) {
        const auto* id = link->empty() ? nullptr : (*link)[0].as_int();
        return id ? Value(ObjectId{static_cast<std::uint64_t>(*id)}) : Value{};
    }
    return {};
}

}  // namespace

Place place_of(View view, const Query& query, const Row& row) {
    Place place{&row, {}, row.id()};
    place.keys.reserve(query.order.size());
    for (const OrderKey& key : query.order)
        place.keys.push_back(value_at(view, query, row, key.path));
    return place;
}

bool precedes(const std::vector<OrderKey>& order, const Place& a, const Place& b) {
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (a.keys[i] != b.keys[i])
            return order[i].descending ? b.keys[i] < a.keys[i] : a.keys[i] < b.keys[i];
    }
    return a.id < b.id;
}

bool precedes(View view, const Query& query, const Row& row, const Place& b) {
    const auto& fields = view.type_of(row).fields;
    for (std::size_t i = 0; i < query.order.size(); ++i) {
        const auto& [path, descending] = query.order[i];
        const FieldIndex at = path[0].index;
        const bool is_own = path.size() == 1 && at < fields.size() && !fields[at].read_policy;
        const int order = is_own ? order_own(fields[at], row, at, b.keys[i])
                                 : compare(value_at(view, query, row, path), b.keys[i]);
        if (order != 0)
            return descending ? order > 0 : order < 0;
    }
    return row.id() < b.id;
}

std::string encode_cursor(const std::vector<OrderKey>& order, const Place& place) {
    Json::Array parts{Json(signature(order)), Json(place.id.value)};
    for (const Value& key : place.keys)
        parts.push_back(to_json(key));
    return to_base64url(Json(std::move(parts)).format());
}

Result<std::optional<Place>> decode_cursor(const Query& query) {
    if (query.after.empty())
        return std::optional<Place>{};
    const Error wrong{ErrorCode::Malformed, "is no cursor that a list in this order gave"};
    const auto text = from_base64url(query.after);
    const auto json = text ? Json::parse(*text) : Result<Json>(wrong);
    const auto* parts = json ? json->as_array() : nullptr;
    if (!parts || parts->size() != query.order.size() + 2)
        return wrong;
    const auto* order = (*parts)[0].as_string();
    const auto* id = (*parts)[1].as_int();
    if (!order || !id || *order != signature(query.order))
        return wrong;
    Place place{nullptr, {}, ObjectId{static_cast<std::uint64_t>(*id)}};
    for (std::size_t i = 2; i < parts->size(); ++i)
        place.keys.push_back(from_json((*parts)[i]));
    return std::optional<Place>(std::move(place));
}

}  // namespace xos::model
