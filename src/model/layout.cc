#include "model/layout.h"

#include "base/json.h"

#include <bit>
#include <functional>

namespace xos::model {

using schema::Field;
using schema::FieldType;

namespace {

std::uint64_t hash(std::string_view text) {
    return std::hash<std::string_view>{}(text);
}

/// Sorts as the signed value does.
std::uint64_t ordered(std::int64_t value) {
    return static_cast<std::uint64_t>(value) ^ (std::uint64_t{1} << 63);
}

std::uint64_t ordered(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value + 0.0);  // -0 and 0 are equal.
    const std::uint64_t sign = std::uint64_t{1} << 63;
    return (bits & sign) ? ~bits : bits | sign;
}

std::uint64_t combine(std::uint64_t seed, std::uint64_t more) {
    return (seed ^ (more + 0x9e3779b97f4a7c15 + (seed << 6) + (seed >> 2))) * 0xff51afd7ed558ccd;
}

std::optional<std::uint64_t> row_key(const Field& field, const Row& row, FieldIndex at) {
    if (row.is_null(at))
        return std::nullopt;
    switch (field.type) {
        case FieldType::Bool: return row.boolean(at);
        case FieldType::Int:
        case FieldType::Time: return ordered(row.integer(at));
        case FieldType::Double: return ordered(row.number(at));
        case FieldType::Link: return row.link(at).value;
        default: return hash(row.string(at));
    }
}

/// Fills in what is the same in the text of all objects of `type`.
void describe(const schema::Schema& schema, const schema::Type& type, TypeLayout& layout) {
    JsonWriter writer(layout.identity);
    writer.member("leaf_model_name", type.name);
    writer.name("class_names");
    writer.begin_array();
    for (const TypeId one : type.lineage)
        writer.value(schema.type(one).name);
    writer.value("XOSBase");
    writer.end_array();
    for (const Field& field : type.fields) {
        layout.is_same_for_all &= !field.read_policy.has_value();
        JsonWriter(layout.names.emplace_back()).name(field.api_name);
    }
}

}  // namespace

const IndexLayout* TypeLayout::find_index(FieldIndex field) const {
    for (const IndexLayout& index : indexes) {
        const bool is_whole = !index.live_only && !index.members;
        if (index.fields.size() == 1 && index.fields[0] == field && is_whole)
            return &index;
    }
    return nullptr;
}

const IndexLayout* TypeLayout::find_member_index(FieldIndex field) const {
    for (const IndexLayout& index : indexes) {
        if (index.members && index.fields[0] == field)
            return &index;
    }
    return nullptr;
}

Layout::Layout(std::shared_ptr<const schema::Schema> schema) : schema_(std::move(schema)) {
    types_.resize(schema_->types().size());
    links_to_.resize(types_.size());
    for (const schema::Type& type : schema_->types()) {
        TypeLayout& layout = types_[type.id.value];
        if (type.abstract)
            continue;
        describe(*schema_, type, layout);
        layout.rows = root_count_++;
        layout.deleted = root_count_++;
        for (std::size_t i = 0; i < type.fields.size(); ++i) {
            const Field& field = type.fields[i];
            const bool is_link = field.type == FieldType::Link || field.type == FieldType::LinkSet;
            const auto at = static_cast<FieldIndex>(i);
            if (at == schema::base_field::kMetadata)
                layout.indexes.push_back({.fields = {at}, .root = root_count_++, .members = true});
            else if (is_link || field.db_index)
                layout.indexes.push_back({{at}, root_count_++, false, std::nullopt});
            if (!is_link)
                continue;
            for (const schema::Type& target : schema_->types()) {
                if (schema_->is_a(target.id, field.target))
                    links_to_[target.id.value].push_back({type.id, at});
            }
        }
        for (std::size_t i = 0; i < type.keys.size(); ++i)
            layout.indexes.push_back({.fields = type.keys[i].fields,
                                      .root = root_count_++,
                                      .live_only = true,
                                      .key = i});
    }
}

std::vector<std::pair<std::string, std::string>> members_of(std::string_view map) {
    std::vector<std::pair<std::string, std::string>> members;
    if (map.size() <= 2)  // Null, or "{}".
        return members;
    const auto json = Json::parse(map);
    const auto* object = json ? json->as_object() : nullptr;
    if (!object)
        return members;
    for (const auto& [name, value] : *object) {
        if (const auto* text = value.as_string())
            members.emplace_back(name, *text);
    }
    return members;
}

std::optional<std::uint64_t> index_key(const Field& field, const Value& value) {
    if (schema::is_null(value))
        return std::nullopt;
    if (const auto* boolean = std::get_if<bool>(&value))
        return *boolean;
    if (const auto* integer = std::get_if<std::int64_t>(&value))
        return field.type == FieldType::Double ? ordered(static_cast<double>(*integer))
                                               : ordered(*integer);
    if (const auto* number = std::get_if<double>(&value))
        return ordered(*number);
    if (const auto* link = std::get_if<ObjectId>(&value))
        return link->value;
    if (const auto* text = std::get_if<std::string>(&value))
        return hash(*text);
    return std::nullopt;
}

std::uint64_t member_key(std::string_view name, std::string_view value) {
    return combine(hash(name), hash(value));
}

void index_keys(const schema::Type& type, const IndexLayout& index, const Row& row,
                std::vector<std::uint64_t>& keys) {
    keys.clear();
    if (index.members) {
        for (const auto& [name, value] : members_of(row.string(index.fields[0])))
            keys.push_back(member_key(name, value));
        return;
    }
    if (index.live_only && row.deleted())
        return;
    const Field& first = type.fields[index.fields[0]];
    if (first.type == FieldType::LinkSet) {
        for (const ObjectId member : row.links(index.fields[0]))
            keys.push_back(member.value);
        return;
    }
    if (index.fields.size() == 1) {
        if (const auto key = row_key(first, row, index.fields[0]))
            keys.push_back(*key);
        return;
    }
    std::uint64_t seed = 0;
    for (const FieldIndex field : index.fields) {
        const auto part = row_key(type.fields[field], row, field);
        if (!part)
            return;
        seed = combine(seed, *part);
    }
    keys.push_back(seed);
}

std::optional<std::uint64_t> index_key(const schema::Type& type, const IndexLayout& index,
                                       const std::vector<Value>& values) {
    if (index.fields.size() == 1)
        return index_key(type.fields[index.fields[0]], values[0]);
    std::uint64_t seed = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto part = index_key(type.fields[index.fields[i]], values[i]);
        if (!part)
            return std::nullopt;
        seed = combine(seed, *part);
    }
    return seed;
}

}  // namespace xos::model
