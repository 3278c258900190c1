#include "kernel/documents.h"

#include "base/text.h"
#include "model/codec.h"

#include <algorithm>

namespace xos::kernel {

using model::FieldValues;
using model::Value;
using schema::Field;
using schema::FieldType;

namespace {

constexpr std::string_view kSealed = "sealed";

/// `json` in the form that the field's type has today, as far as there is one.
Json converted(const Field& field, const Json& json) {
    switch (field.type) {
        case FieldType::String:
            return json.is_object() || json.is_array() ? json : Json(json.format());
        case FieldType::Int:
            if (json.as_bool())
                return Json(*json.as_bool() ? 1 : 0);
            [[fallthrough]];
        case FieldType::Double:
            if (const auto* text = json.as_string()) {
                if (auto number = Json::parse(*text); number && !number->is_object())
                    return std::move(*number);
            }
            return json;
        case FieldType::LinkSet:
            if (json.as_int())
                return Json(Json::Array{json});
            return json;
        default: return json;
    }
}

Result<Value> read_past_value(const Field& field, const Json& json) {
    auto value = model::read_value(field, json);
    if (value)
        return value;
    auto again = model::read_value(field, converted(field, json));
    return again ? std::move(again) : std::move(value);
}

Json json_of(const JsonMembers::Value& value) {
    switch (value.kind) {
        case JsonMembers::Value::Kind::Null: return {};
        case JsonMembers::Value::Kind::Bool: return value.boolean;
        case JsonMembers::Value::Kind::Int: return value.integer;
        case JsonMembers::Value::Kind::Double: return value.number;
        case JsonMembers::Value::Kind::String: return value.text;
        case JsonMembers::Value::Kind::Compound: break;
    }
    auto parsed = Json::parse(value.text);
    return parsed ? std::move(*parsed) : Json();
}

/// The value of a member that already is what its field wants; the others take their time.
std::optional<Value> quick_value(const Field& field, const JsonMembers::Value& member) {
    using Kind = JsonMembers::Value::Kind;
    if (member.kind == Kind::Null)
        return Value{};
    switch (field.type) {
        case FieldType::Bool:
            return member.kind == Kind::Bool ? std::optional<Value>(member.boolean) : std::nullopt;
        case FieldType::Int:
            return member.kind == Kind::Int ? std::optional<Value>(member.integer) : std::nullopt;
        case FieldType::Link:
            if (member.kind == Kind::Int && member.integer > 0)
                return Value(ObjectId{static_cast<std::uint64_t>(member.integer)});
            return std::nullopt;
        case FieldType::String:
            if (member.kind == Kind::String)
                return Value(std::string(member.text));
            return std::nullopt;
        case FieldType::Time:
            if (const auto time = parse_time(member.text); member.kind == Kind::String && time)
                return Value(to_microseconds(*time));
            return std::nullopt;
        default: return std::nullopt;
    }
}

std::optional<std::size_t> find_field(const schema::Type& type, std::size_t from,
                                      std::string_view name) {
    for (std::size_t i = from; i < type.fields.size(); ++i) {
        if (type.fields[i].api_name == name)
            return i;
    }
    for (std::size_t i = 0; i < from; ++i) {
        if (type.fields[i].api_name == name)
            return i;
    }
    return std::nullopt;
}

}  // namespace

std::string schema_text(const schema::Schema& schema) {
    std::string text;
    JsonWriter writer(text);
    writer.begin_object();
    writer.member("secrets", kSealed);
    writer.name("sources");
    writer.begin_array();
    for (const schema::Source& source : schema.sources()) {
        writer.begin_object();
        writer.member("file", source.file);
        writer.member("app", source.app);
        writer.member("text", source.text);
        writer.end_object();
    }
    writer.end_array();
    writer.end_object();
    return text;
}

Result<const Documents::Past*> Documents::past(journal::SchemaVersion version) {
    if (const auto at = pasts_.find(version); at != pasts_.end())
        return &at->second;
    const Json json = TRY(Json::parse(TRY(journal_.get_schema(version))));
    // The first journals had the sources alone, and secrets as they came.
    Past past{.sealed = json.text("secrets") == kSealed, .schema = nullptr};
    const Json* list = json.is_array() ? &json : json.find("sources");
    std::vector<schema::Source> sources;
    for (const Json& one : list && list->as_array() ? *list->as_array() : Json::Array{})
        sources.push_back({std::string(one.text("file")), std::string(one.text("app")),
                           std::string(one.text("text"))});
    auto built = schema::Schema::build(std::move(sources));
    if (auto* schema = std::get_if<std::shared_ptr<const schema::Schema>>(&built))
        past.schema = std::move(*schema);
    return &pasts_.emplace(version, std::move(past)).first->second;
}

Result<bool> Documents::has_sealed(journal::SchemaVersion version) {
    if (version == present_)
        return true;
    return TRY(past(version))->sealed;
}

Result<const Documents::Known*> Documents::known_fields(const schema::Type& type,
                                                        journal::SchemaVersion version) {
    const std::pair key{version, std::uint32_t{type.id.value}};
    if (const auto at = known_.find(key); at != known_.end())
        return &at->second;
    const Past* past = TRY(this->past(version));
    const schema::Type* then = past->schema ? past->schema->find_type(type.full_name()) : nullptr;
    Known known(type.fields.size());
    for (std::size_t i = 0; then && i < known.size(); ++i)
        known[i] = std::any_of(then->fields.begin(), then->fields.end(), [&](const Field& field) {
            return field.api_name == type.fields[i].api_name;
        });
    return &known_.emplace(key, std::move(known)).first->second;
}

Result<void> Documents::read_members(const schema::Type& type, journal::SchemaVersion version,
                                     std::string_view document, FieldValues& values) {
    std::size_t next = 0;  // Documents have members in the order of fields.
    return members_.read(document, [&](std::string_view name, const auto& member) -> Result<void> {
        const auto at = find_field(type, next, name);
        if (!at)
            return {};
        next = *at + 1;
        const Field& field = type.fields[*at];
        auto value = quick_value(field, member);
        if (!value) {
            const Json json = json_of(member);
            auto slow = model::is_hidden(field) ? model::read_hidden(field, json)
                                                : read_past_value(field, json);
            if (!slow)
                return Error{ErrorCode::Internal,
                             type.full_name() + "." + field.name + " " + slow.error().message() +
                                 ", and what was written with schema version " +
                                 std::to_string(version.value) + " is " + json.format()};
            value = std::move(*slow);
        }
        values[*at].second = std::move(*value);
        given_[*at] = true;
        return {};
    });
}

Result<FieldValues> Documents::read(const schema::Type& type, journal::SchemaVersion version,
                                    std::string_view document) {
    FieldValues values(type.fields.size());
    given_.assign(type.fields.size(), false);
    TRY(read_members(type, version, document, values));
    const Known* known = version == present_ ? nullptr : TRY(known_fields(type, version));
    for (std::size_t i = 0; i < values.size(); ++i) {
        const Field& field = type.fields[i];
        values[i].first = static_cast<model::FieldIndex>(i);
        // What has no member was null then, whatever the default is today; a new field has it.
        const bool was_null = known && (*known)[i] && field.type != FieldType::LinkSet;
        if (!given_[i] && !was_null)
            values[i].second = field.default_value;
    }
    return values;
}

}  // namespace xos::kernel
