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

Result<FieldValues> Documents::read(const schema::Type& type, journal::SchemaVersion version,
                                    std::string_view document) {
    const Json json = TRY(Json::parse(document));
    if (version == present_)
        return model::read_document(type, json);
    const Known& known = *TRY(known_fields(type, version));
    FieldValues values;
    values.reserve(type.fields.size());
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
        const Field& field = type.fields[i];
        const auto at = static_cast<model::FieldIndex>(i);
        const Json* member = json.find(field.api_name);
        if (member && model::is_hidden(field)) {
            values.emplace_back(at, TRY(model::read_hidden(field, *member)));
        } else if (member) {
            auto value = read_past_value(field, *member);
            if (!value)
                return Error{ErrorCode::Internal,
                             type.full_name() + "." + field.name + " " + value.error().message() +
                                 ", and what was written with schema version " +
                                 std::to_string(version.value) + " is " + member->format()};
            values.emplace_back(at, std::move(*value));
        } else if (known[i] && field.type != FieldType::LinkSet) {
            // What has no member was null then, whatever the default is today.
            values.emplace_back(at, Value{});
        } else {
            values.emplace_back(at, field.default_value);
        }
    }
    return values;
}

}  // namespace xos::kernel
