#include "api/body_reader.h"

#include "model/codec.h"
#include "schema/suggestion.h"

#include <algorithm>

namespace xos::api {

using model::FieldIndex;
using model::FieldValues;
using model::Value;
using schema::Field;
using schema::FieldClass;
using schema::FieldType;

namespace {

/// The way a request asks for another object of the same transaction.
bool is_name(const Json& value) {
    const auto* text = value.as_string();
    return text && text->size() > 1 && text->front() == '$';
}

bool is_computed(std::string_view name) {
    return name == "id" || name == "class_names" || name == "leaf_model_name" || name == "ready";
}

/// A secret as answers show it.
bool is_mask(const Json& value) {
    const Json* set = value.find("set");
    return set && set->as_bool();
}

}  // namespace

Result<Json> read_object(std::string_view body) {
    Json json = TRY(Json::parse(body));
    if (!json.is_object())
        return Error{ErrorCode::Malformed, "wants a JSON object"};
    return json;
}

void BodyReader::complain(const std::string& field, std::string message) {
    mistakes_.push_back({target_.place + field, std::move(message)});
}

void BodyReader::complain_unknown(const std::string& name) {
    std::vector<std::string_view> names;
    for (const Field& field : target_.type.fields)
        names.push_back(field.api_name);
    const Field* meant = target_.type.find_field(name);
    complain(name, "is no field of " + target_.type.name +
                       (meant ? ", did you mean " + schema::quoted(meant->api_name) + "?"
                              : schema::did_you_mean(name, names)));
}

FieldValues BodyReader::read(const Json& object) {
    FieldValues values;
    for (const auto& [name, value] : *object.as_object())
        read_member(name, value, values);
    return values;
}

void BodyReader::read_member(const std::string& name, const Json& value, FieldValues& values) {
    const Field* field = target_.type.find_field(name);
    if (field && field->api_name != name)
        field = nullptr;
    if (!field && !is_computed(name) && !target_.type.find_relation(name))
        return complain_unknown(name);
    const auto at =
        field ? static_cast<FieldIndex>(field - target_.type.fields.data()) : schema::kIdField;
    if (!field || field->field_class != FieldClass::Declarative) {
        if (is_as_present(name, at, value))
            return;
        return complain(name, !field ? "cannot be set"
                              : field->field_class == FieldClass::Feedback
                                  ? "is feedback: only the service that makes the object real "
                                    "writes it"
                                  : "is kept by the system and cannot be set");
    }
    if (field->immutable && target_.present) {
        if (!is_as_present(name, at, value))
            complain(name, "cannot be changed once the object exists");
        return;
    }
    if (model::is_hidden(*field) && is_mask(value))
        return;
    if (auto read = read_value(*field, at, value))
        values.emplace_back(at, std::move(*read));
}

/// Whether a member that cannot be set only repeats what is there: clients send back whole objects.
bool BodyReader::is_as_present(const std::string& name, FieldIndex at, const Json& value) const {
    if (!target_.present)
        return false;
    if (name == "id")
        return value.as_int() &&
               static_cast<std::uint64_t>(*value.as_int()) == target_.present->id().value;
    if (at == schema::kIdField)
        return true;  // Computed, or reverse links: what comes out of other objects.
    std::string text;
    JsonWriter writer(text);
    model::write_value(writer, target_.type.fields[at], *target_.present, at);
    const auto present = Json::parse(text);
    return present && *present == value;
}

std::optional<Value> BodyReader::read_value(const Field& field, FieldIndex at, const Json& value) {
    if (field.type == FieldType::Link && is_name(value)) {
        const auto id = read_name(field, value);
        return id ? std::optional<Value>(*id) : std::nullopt;
    }
    if (field.type == FieldType::LinkSet)
        return read_links(field, value);
    const bool is_merged = field.type == FieldType::Map && target_.present && value.is_object() &&
                           target_.maps == Target::Maps::Merged;
    auto read = is_merged ? model::read_value(field, merge_map(at, value))
                          : model::read_value(field, value);
    if (read)
        return std::move(read).value();
    complain(field.api_name, read.error().message());
    return std::nullopt;
}

std::optional<ObjectId> BodyReader::read_name(const Field& field, const Json& value) {
    const std::string& name = *value.as_string();
    const auto id =
        target_.find_name ? target_.find_name(std::string_view(name).substr(1)) : std::nullopt;
    if (!id)
        complain(field.api_name, "no earlier operation is called " + schema::quoted(name));
    return id;
}

std::optional<Value> BodyReader::read_links(const Field& field, const Json& value) {
    std::vector<ObjectId> named;
    Json plain(Json::Array{});
    if (const auto* members = value.as_array()) {
        for (const Json& member : *members) {
            if (!is_name(member)) {
                plain.add(member);
                continue;
            }
            const auto id = read_name(field, member);
            if (!id)
                return std::nullopt;
            named.push_back(*id);
        }
    }
    auto read = model::read_value(field, value.is_array() ? plain : value);
    if (!read) {
        complain(field.api_name, read.error().message());
        return std::nullopt;
    }
    Value links = std::move(read).value();
    if (auto* ids = std::get_if<std::vector<ObjectId>>(&links)) {
        ids->insert(ids->end(), named.begin(), named.end());
        std::sort(ids->begin(), ids->end());
        ids->erase(std::unique(ids->begin(), ids->end()), ids->end());
    }
    return links;
}

Json BodyReader::merge_map(FieldIndex at, const Json& value) {
    Json::Object merged;
    if (!target_.present->is_null(at)) {
        if (auto present = Json::parse(target_.present->string(at));
            present && present->is_object())
            merged = *present->as_object();
    }
    merged_ = true;
    for (const Json::Member& member : *value.as_object()) {
        std::erase_if(merged, [&](const Json::Member& one) { return one.first == member.first; });
        if (!member.second.is_null())
            merged.push_back(member);
    }
    return Json(std::move(merged));
}

}  // namespace xos::api
