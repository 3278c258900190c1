#include "model/codec.h"

#include "base/text.h"
#include "model/hidden.h"

#include <algorithm>
#include <cmath>

namespace xos::model {

using schema::Field;
using schema::FieldType;

namespace {

Error wanted(const Field& field, std::string_view what) {
    std::string message = "wants " + std::string(what);
    return Error{ErrorCode::Invalid, message, {{field.api_name, message}}};
}

Result<Value> read_int(const Field& field, const Json& json) {
    if (const auto* integer = json.as_int())
        return Value(*integer);
    const auto* number = json.as_double();
    if (number && std::floor(*number) == *number && std::abs(*number) < 9e15)
        return Value(static_cast<std::int64_t>(*number));
    return wanted(field, "a whole number");
}

Result<Value> read_link(const Field& field, const Json& json) {
    const auto* integer = json.as_int();
    if (!integer || *integer <= 0)
        return wanted(field, "the id of an object, or null");
    return Value(ObjectId{static_cast<std::uint64_t>(*integer)});
}

Result<Value> read_links(const Field& field, const Json& json) {
    const auto* array = json.as_array();
    if (!array)
        return wanted(field, "a list of ids");
    std::vector<ObjectId> members;
    for (const Json& one : *array) {
        const auto* integer = one.as_int();
        if (!integer || *integer <= 0)
            return wanted(field, "a list of ids");
        members.push_back(ObjectId{static_cast<std::uint64_t>(*integer)});
    }
    std::sort(members.begin(), members.end());
    members.erase(std::unique(members.begin(), members.end()), members.end());
    return Value(std::move(members));
}

Result<Value> read_map(const Field& field, const Json& json) {
    const auto* object = json.as_object();
    if (!object)
        return wanted(field, "an object whose members are strings");
    for (const auto& [name, value] : *object) {
        if (!value.as_string())
            return wanted(field, "an object whose members are strings");
    }
    return Value(json.format());
}

Result<Value> read_time(const Field& field, const Json& json) {
    const auto* text = json.as_string();
    if (!text)
        return wanted(field, "a time such as \"2026-01-31T12:00:00Z\"");
    const auto time = parse_time(*text);
    if (!time)
        return wanted(field, "a time such as \"2026-01-31T12:00:00Z\"");
    return Value(to_microseconds(*time));
}

template <class Skip, class Write>
void write_fields(JsonWriter& writer, const schema::Type& type, const Skip& skip,
                  const Write& write) {
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
        const auto at = static_cast<FieldIndex>(i);
        if (skip(type.fields[i], at))
            continue;
        writer.name(type.fields[i].api_name);
        write(type.fields[i], at);
    }
}

void write_document(std::string& out, const schema::Type& type, const Row& row, bool hidden_too) {
    JsonWriter writer(out);
    writer.begin_object();
    write_fields(
        writer, type,
        [&](const Field& field, FieldIndex at) {
            if (!hidden_too && !field.history)
                return true;
            return row.is_null(at) && schema::is_null(field.default_value);
        },
        [&](const Field& field, FieldIndex at) {
            if (!hidden_too && is_hidden(field))
                write_hidden(writer, row, at);
            else
                write_value(writer, field, row, at);
        });
    writer.end_object();
}

}  // namespace

void write_hidden(JsonWriter& writer, const Row& row, FieldIndex at) {
    writer.begin_object();
    writer.member("set", !row.is_null(at));
    const auto hidden = parse_hidden(row.string(at));
    if (!row.is_null(at) && hidden)
        writer.member("version", hidden->version.value);
    writer.end_object();
}

bool is_hidden(const Field& field) {
    return field.secret || field.hashed;
}

void write_value(JsonWriter& writer, const Field& field, const Row& row, FieldIndex at) {
    if (row.is_null(at)) {
        writer.null();
        return;
    }
    switch (field.type) {
        case FieldType::Bool: writer.value(row.boolean(at)); return;
        case FieldType::Int: writer.value(row.integer(at)); return;
        case FieldType::Double: writer.value(row.number(at)); return;
        case FieldType::String: writer.value(row.string(at)); return;
        case FieldType::Time: writer.value(format_time(from_microseconds(row.integer(at)))); return;
        case FieldType::Json:
        case FieldType::Map: writer.raw(row.string(at)); return;
        case FieldType::Link: writer.value(row.link(at).value); return;
        case FieldType::LinkSet:
            writer.begin_array();
            for (const ObjectId member : row.links(at))
                writer.value(member.value);
            writer.end_array();
            return;
    }
}

void write_shown(std::string& out, const schema::Schema& schema, const Row& row,
                 std::span<const FieldIndex> only) {
    const schema::Type& type = schema.type(row.type());
    JsonWriter writer(out);
    writer.begin_object();
    writer.member("id", row.id().value);
    if (only.empty()) {
        writer.member("leaf_model_name", type.name);
        writer.name("class_names");
        writer.begin_array();
        for (const TypeId one : type.lineage)
            writer.value(schema.type(one).name);
        writer.value("XOSBase");
        writer.end_array();
        writer.member("ready", row.ready());
    }
    write_fields(
        writer, type,
        [&](const Field&, FieldIndex at) {
            return !only.empty() && std::find(only.begin(), only.end(), at) == only.end();
        },
        [&](const Field& field, FieldIndex at) {
            if (is_hidden(field))
                write_hidden(writer, row, at);
            else
                write_value(writer, field, row, at);
        });
    writer.end_object();
}

void write_stored(std::string& out, const schema::Type& type, const Row& row) {
    write_document(out, type, row, true);
}

void write_history(std::string& out, const schema::Type& type, const Row& row) {
    write_document(out, type, row, false);
}

Result<Value> read_value(const Field& field, const Json& json) {
    if (json.is_null())
        return Value{};
    switch (field.type) {
        case FieldType::Bool:
            if (const auto* boolean = json.as_bool())
                return Value(*boolean);
            return wanted(field, "true or false");
        case FieldType::Int: return read_int(field, json);
        case FieldType::Double:
            if (const auto* integer = json.as_int())
                return Value(static_cast<double>(*integer));
            if (const auto* number = json.as_double())
                return Value(*number);
            return wanted(field, "a number");
        case FieldType::String:
            if (const auto* text = json.as_string())
                return Value(*text);
            return wanted(field, "a string");
        case FieldType::Time: return read_time(field, json);
        case FieldType::Json: return Value(json.format());
        case FieldType::Map: return read_map(field, json);
        case FieldType::Link: return read_link(field, json);
        case FieldType::LinkSet: return read_links(field, json);
    }
    return Error{ErrorCode::Internal, "field type outside its enumeration"};
}

Result<Value> read_hidden(const Field& field, const Json& json) {
    if (!json.is_object())
        return read_value(field, json);
    const Json* set = json.find("set");
    if (!set || !set->as_bool() || !*set->as_bool())
        return Value{};
    const auto version = static_cast<std::uint64_t>(json.number("version"));
    return Value(format_hidden({.version = {version}, .key = {}, .content = {}}));
}

Result<FieldValues> read_document(const schema::Type& type, const Json& document) {
    FieldValues values;
    values.reserve(type.fields.size());
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
        const Field& field = type.fields[i];
        const Json* member = document.find(field.api_name);
        if (!member) {
            values.emplace_back(i, field.default_value);
            continue;
        }
        auto value = is_hidden(field) ? read_hidden(field, *member) : read_value(field, *member);
        if (!value)
            return std::move(value).error().in(type.full_name() + "." + field.name);
        values.emplace_back(i, std::move(value).value());
    }
    return values;
}

}  // namespace xos::model
