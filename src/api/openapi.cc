#include "api/openapi.h"

#include "base/text.h"
#include "kernel/actions.h"
#include "model/codec.h"

#include <algorithm>

namespace xos::api {

using schema::Field;
using schema::FieldClass;
using schema::FieldType;
using schema::Schema;
using schema::Type;

namespace {

Json reference(const std::string& place) {
    Json json;
    json.set("$ref", "#/components/" + place);
    return json;
}

Json object_of(Json::Object members) {
    return Json(std::move(members));
}

/// {"application/json": {"schema": …}}
Json content_of(Json schema, const char* media = "application/json") {
    return object_of({{media, object_of({{"schema", std::move(schema)}})}});
}

Json answer(const std::string& description, Json schema) {
    return object_of({{"description", description}, {"content", content_of(std::move(schema))}});
}

Json string_schema(const Field& field) {
    Json json;
    json.set("type", "string");
    if (field.type == FieldType::Time)
        json.set("format", "date-time");
    else if (field.format == schema::Format::Url)
        json.set("format", "uri");
    if (field.max_length)
        json.set("maxLength", *field.max_length);
    if (field.choices.empty())
        return json;
    Json values(Json::Array{});
    for (const auto& [value, label] : field.choices)
        values.add(value);
    if (!field.required && std::none_of(field.choices.begin(), field.choices.end(),
                                        [](const auto& choice) { return choice.first.empty(); }))
        values.add("");
    json.set("enum", std::move(values));
    return json;
}

Json number_schema(const Field& field) {
    Json json;
    json.set("type", field.type == FieldType::Int ? "integer" : "number");
    if (field.min_value)
        json.set("minimum", *field.min_value);
    if (field.max_value)
        json.set("maximum", *field.max_value);
    return json;
}

Json plain_schema(const Field& field) {
    switch (field.type) {
        case FieldType::Bool: return object_of({{"type", "boolean"}});
        case FieldType::Int:
        case FieldType::Double: return number_schema(field);
        case FieldType::String:
        case FieldType::Time: return string_schema(field);
        case FieldType::Json: return Json(Json::Object{});
        case FieldType::Map:
            return object_of(
                {{"type", "object"}, {"additionalProperties", object_of({{"type", "string"}})}});
        case FieldType::Link: return reference("schemas/Id");
        case FieldType::LinkSet:
            return object_of({{"type", "array"}, {"items", reference("schemas/Id")}});
    }
    return {};
}

/// The same with null among its values.
Json nullable(Json schema) {
    Json::Object* members = schema.as_object();
    if (!schema.find("type"))
        return members->empty()
                   ? schema
                   : object_of({{"anyOf", Json(Json::Array{std::move(schema),
                                                           object_of({{"type", "null"}})})}});
    schema.set("type", Json(Json::Array{*schema.find("type"), Json("null")}));
    if (Json* values = schema.find("enum"))
        values->add(nullptr);
    return schema;
}

bool is_required(const Field& field) {
    return field.required && field.field_class == FieldClass::Declarative && !field.allocated &&
           schema::is_null(field.default_value) &&
           field.default_function == schema::DefaultFunction::None;
}

Json describe(Json schema, const Field& field) {
    if (!field.help_text.empty() || schema.find("$ref"))
        schema.set("description", field.help_text.empty() ? field.name : field.help_text);
    return schema;
}

class Document {
public:
    explicit Document(const Schema& schema) : schema_(schema), json_(fixed_openapi()) {}

    std::string format() {
        for (const Type& type : schema_.types()) {
            if (!type.plural.empty())
                add(type);
        }
        return json_.format();
    }

private:
    void add(const Type& type) {
        Json tag;
        tag.set("name", type.full_name());
        tag.set("description",
                type.description.empty() ? "Objects of type " + type.name : type.description);
        json_.find("tags")->add(std::move(tag));
        Json& schemas = *json_.find("components")->find("schemas");
        schemas.set(type.full_name(), shown_schema(type));
        schemas.set(type.full_name() + ".change", change_schema(type));
        const std::string path = "/" + type.app + "/" + type.plural;
        Json& paths = *json_.find("paths");
        paths.set(path, list_item(type));
        paths.set(path + "/{id}", object_item(type));
        paths.set(path + "/{id}/history", read_item(type, "history", "History"));
        paths.set(path + "/{id}/why", read_item(type, "why", "Why"));
        for (const std::string_view action : kernel::actions_of(type))
            paths.set(path + "/{id}/actions/" + std::string(action), action_item(type, action));
        if (type.content)
            paths.set(path + "/{id}/content", content_item(type));
    }

    static Json shown_schema(const Type& type) {
        Json properties =
            object_of({{"id", reference("schemas/Id")},
                       {"leaf_model_name", object_of({{"type", "string"}})},
                       {"class_names",
                        object_of({{"type", "array"}, {"items", object_of({{"type", "string"}})}})},
                       {"ready", object_of({{"type", "boolean"}})}});
        for (const Field& field : type.fields) {
            Json schema =
                model::is_hidden(field) ? reference("schemas/Hidden") : plain_schema(field);
            if (!field.required && !model::is_hidden(field) && field.type != FieldType::LinkSet)
                schema = nullable(std::move(schema));
            if (field.field_class != FieldClass::Declarative)
                schema.set("readOnly", true);
            properties.set(field.api_name, describe(std::move(schema), field));
        }
        return object_of({{"type", "object"}, {"properties", std::move(properties)}});
    }

    static Json change_schema(const Type& type) {
        Json properties(Json::Object{});
        for (const Field& field : type.fields) {
            if (field.field_class != FieldClass::Declarative)
                continue;
            Json schema = plain_schema(field);
            if (!is_required(field))
                schema = nullable(std::move(schema));
            properties.set(field.api_name, describe(std::move(schema), field));
        }
        return object_of({{"type", "object"}, {"properties", std::move(properties)}});
    }

    static Json create_schema(const Type& type) {
        Json required(Json::Array{});
        for (const Field& field : type.fields) {
            if (is_required(field))
                required.add(field.api_name);
        }
        Json fields = reference("schemas/" + type.full_name() + ".change");
        if (required.as_array()->empty())
            return fields;
        return object_of(
            {{"allOf", Json(Json::Array{std::move(fields),
                                        object_of({{"required", std::move(required)}})})}});
    }

    static Json operation(const Type& type, const std::string& id, const std::string& summary) {
        return object_of({{"operationId", id + "_" + type.app + "_" + type.plural},
                          {"summary", summary},
                          {"tags", Json(Json::Array{Json(type.full_name())})}});
    }

    static Json parameters(std::initializer_list<const char*> names) {
        Json list(Json::Array{});
        for (const char* name : names)
            list.add(reference(std::string("parameters/") + name));
        return list;
    }

    /// The answers of an operation: what it does, and the problems.
    static Json responses(const std::string& status, Json answer) {
        return object_of({{status, std::move(answer)},
                          {"default", reference("responses/Problem")},
                          {"4XX", reference("responses/Problem")}});
    }

    static Json shown(const Type& type) { return reference("schemas/" + type.full_name()); }

    static Json list_item(const Type& type) {
        Json get = operation(type, "list", "List objects of type " + type.name);
        get.set("description",
                "Fields, and paths of them with `__` for a dot, are filters: "
                "`name=a`, `site__login_base=b`, `revision__gt=5`, `not__name=c`.");
        get.set("parameters", parameters({"q", "order", "limit", "after", "fields", "expand",
                                          "reverse", "count", "kind", "filters"}));
        Json properties =
            object_of({{"items", object_of({{"type", "array"}, {"items", shown(type)}})},
                       {"revision", reference("schemas/Revision")},
                       {"next", object_of({{"type", Json(Json::Array{"string", "null"})}})},
                       {"total", object_of({{"type", "integer"}})}});
        get.set(
            "responses",
            responses("200", answer("A page of them",
                                    object_of({{"type", "object"}, {"properties", properties}}))));
        Json item = object_of({{"get", std::move(get)}});
        if (type.abstract)
            return item;
        Json post = operation(type, "create", "Make an object of type " + type.name);
        post.set("parameters", parameters({"plan", "if_plan", "idempotency_key"}));
        post.set("requestBody",
                 object_of({{"required", true}, {"content", content_of(create_schema(type))}}));
        Json done = responses("201", answer("It is made", shown(type)));
        done.set("200", reference("responses/Plan"));
        post.set("responses", std::move(done));
        item.set("post", std::move(post));
        return item;
    }

    static Json write(const Type& type, const std::string& id, const std::string& summary,
                      Json body) {
        Json json = operation(type, id, summary);
        json.set("parameters", parameters({"plan", "if_plan", "if_match"}));
        if (!body.is_null())
            json.set("requestBody", std::move(body));
        const Json either =
            object_of({{"anyOf", Json(Json::Array{shown(type), reference("schemas/Plan")})}});
        json.set("responses",
                 responses("200", answer("The object, or with `plan=1` the plan", either)));
        return json;
    }

    static Json body_of(const Type& type, const char* media) {
        return object_of(
            {{"required", true},
             {"content", content_of(reference("schemas/" + type.full_name() + ".change"), media)}});
    }

    static Json object_item(const Type& type) {
        Json get = operation(type, "get", "Get one " + type.name);
        get.set("parameters", parameters({"fields", "expand", "reverse", "ready_at"}));
        get.set("responses", responses("200", answer("The object", shown(type))));
        Json remove = write(type, "delete", "Delete one " + type.name, {});
        remove.find("parameters")->add(reference("parameters/cascade"));
        Json& gone = *remove.find("responses");
        gone.set("202", answer("It is being deleted", shown(type)));
        gone.set("204", object_of({{"description", "It is gone"}}));
        gone.set("200", reference("responses/Plan"));
        return object_of({{"parameters", parameters({"id"})},
                          {"get", std::move(get)},
                          {"patch", write(type, "update", "Change one " + type.name,
                                          body_of(type, "application/merge-patch+json"))},
                          {"put", write(type, "replace", "Write one " + type.name + " as a whole",
                                        body_of(type, "application/json"))},
                          {"delete", std::move(remove)}});
    }

    static Json read_item(const Type& type, const std::string& what, const std::string& schema) {
        Json get = operation(type, what, "The " + what + " of one " + type.name);
        get.set("responses", responses("200", answer(schema, reference("schemas/" + schema))));
        return object_of({{"parameters", parameters({"id"})}, {"get", std::move(get)}});
    }

    static Json action_item(const Type& type, std::string_view action) {
        const std::string name(action);
        Json post = write(type, name, name + ": an operation that is no field", {});
        return object_of({{"parameters", parameters({"id"})}, {"post", std::move(post)}});
    }

    static Json content_item(const Type& type) {
        Json get = operation(type, "get_content", "Get the content of one " + type.name);
        const Json bytes = object_of({{"application/octet-stream", Json(Json::Object{})}});
        get.set("responses",
                responses("200", object_of({{"description",
                                             "The content, or the part of it that Range asks for"},
                                            {"content", bytes}})));
        Json put = operation(type, "put_content", "Upload the content of one " + type.name);
        put.set("parameters", parameters({"sha256", "content_range"}));
        put.set("requestBody", object_of({{"required", true}, {"content", bytes}}));
        put.set("responses", responses("200", answer("The object", shown(type))));
        put.find("responses")->set("202", reference("responses/Received"));
        return object_of(
            {{"parameters", parameters({"id"})}, {"get", std::move(get)}, {"put", std::move(put)}});
    }

    const Schema& schema_;
    Json json_;
};

}  // namespace

std::string format_openapi(const Schema& schema) {
    return Document(schema).format();
}

}  // namespace xos::api
