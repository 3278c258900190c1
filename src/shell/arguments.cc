#include "shell/arguments.h"

#include "base/text.h"
#include "schema/suggestion.h"

#include <optional>

namespace xos::shell {

using schema::Field;
using schema::FieldType;

namespace {

struct Assignment {
    std::string name;
    std::string value;
};

std::optional<Assignment> split_assignment(const std::string& text,
                                           std::vector<ErrorDetail>& mistakes) {
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos && equals > 0)
        return Assignment{text.substr(0, equals), text.substr(equals + 1)};
    mistakes.push_back({"", "\"" + text + "\" is no FIELD=VALUE"});
    return std::nullopt;
}

std::string no_field(const schema::Type& type, const std::string& name) {
    std::vector<std::string> names;
    for (const Field& field : type.fields)
        names.push_back(field.name);
    std::string message = type.name + " has no field \"" + name + "\"";
    if (const auto meant = closest(name, names))
        message += ", did you mean \"" + *meant + "\"?";
    return message;
}

bool is_link(const Field& field) {
    return field.type == FieldType::Link || field.type == FieldType::LinkSet;
}

/// The ids of the objects that keys with commas mean.
Result<std::string> ids_of(const Catalog& catalog, TypeId target, const std::string& keys) {
    std::vector<std::string> ids;
    for (const std::string_view key : split(keys, ',')) {
        const ObjectId id = TRY(catalog.find_id(catalog.schema().type(target), trim(key)));
        ids.push_back(std::to_string(id.value));
    }
    return join(ids, ",");
}

/// The type that a link, or the many-valued side of one, leads to.
std::optional<TypeId> target_of(const schema::Type& type, const std::string& name) {
    const Field* field = type.find_field(name);
    if (field)
        return is_link(*field) ? std::optional(field->target) : std::nullopt;
    const schema::Relation* relation = type.find_relation(name);
    return relation ? std::optional(relation->target) : std::nullopt;
}

/// "slice", "slice__in" and "not__slice" take natural keys.
Result<Assignment> with_ids(const Catalog& catalog, const schema::Type& type,
                            const Assignment& given) {
    std::string name = given.name;
    if (name.starts_with("not__"))
        name.erase(0, 5);
    if (name.ends_with("__in"))
        name.erase(name.size() - 4);
    const auto target = target_of(type, name);
    if (!target || given.value.empty())
        return given;
    std::string ids = TRY(ids_of(catalog, *target, given.value));
    return Assignment{given.name, std::move(ids)};
}

}  // namespace

Error mistakes_error(std::vector<ErrorDetail> mistakes) {
    std::string message = mistakes.size() == 1
                              ? mistakes[0].sentence()
                              : "there are " + std::to_string(mistakes.size()) + " mistakes:";
    return Error{ErrorCode::Invalid, std::move(message), std::move(mistakes)};
}

Result<Json> parse_fields(const Catalog& catalog, const schema::Type& type,
                          const std::vector<std::string>& words) {
    Json fields = Json(Json::Object{});
    std::vector<ErrorDetail> mistakes;
    for (const std::string& word : words) {
        const auto assignment = split_assignment(word, mistakes);
        if (!assignment)
            continue;
        const Field* field = type.find_field(assignment->name);
        if (!field) {
            mistakes.push_back({"", no_field(type, assignment->name)});
            continue;
        }
        if (fields.find(field->api_name))
            mistakes.push_back({field->name, "is given twice"});
        auto value = catalog.parse_value(*field, assignment->value);
        if (!value && value.error().code() == ErrorCode::Unavailable)
            return value.error();
        if (!value)
            mistakes.push_back({field->name, value.error().message()});
        fields.set(field->api_name, value ? std::move(value).value() : Json());
    }
    if (!mistakes.empty())
        return mistakes_error(std::move(mistakes));
    return fields;
}

Result<http::Query> parse_filters(const Catalog& catalog, const schema::Type& type,
                                  const std::vector<std::string>& words) {
    http::Query query;
    std::vector<ErrorDetail> mistakes;
    for (const std::string& word : words) {
        const auto assignment = split_assignment(word, mistakes);
        if (!assignment)
            continue;
        auto filter = with_ids(catalog, type, *assignment);
        if (filter)
            query.emplace_back(filter->name, filter->value);
        else
            mistakes.push_back({assignment->name, filter.error().message()});
    }
    if (!mistakes.empty())
        return mistakes_error(std::move(mistakes));
    return query;
}

Result<std::vector<const Field*>> parse_columns(const schema::Type& type,
                                                const std::string& names) {
    std::vector<const Field*> columns;
    std::vector<ErrorDetail> mistakes;
    for (const std::string_view piece : split(names, ',')) {
        const std::string name(trim(piece));
        const Field* field = type.find_field(name);
        if (field || name == "id")
            columns.push_back(field);
        else
            mistakes.push_back({"", no_field(type, name)});
    }
    if (!mistakes.empty())
        return mistakes_error(std::move(mistakes));
    return columns;
}

Error in_words_of(const schema::Type& type, const Error& error) {
    if (error.details().empty())
        return error;
    std::vector<ErrorDetail> details = error.details();
    for (ErrorDetail& detail : details) {
        const std::string given = schema::quoted(detail.field);
        if (detail.message == type.name + " has no field " + given)
            detail.message = no_field(type, detail.field);
        if (const Field* field = type.find_field(detail.field))
            detail.field = field->name;
        else if (detail.message.find(given) != std::string::npos)
            detail.field.clear();  // The message names it.
    }
    std::string message = error.message();
    // "Network "n": template_id is required (and 1 more)"
    const std::size_t list = message.find(error.details()[0].sentence());
    if (list != std::string::npos)
        message.replace(list, std::string::npos, mistakes_error(details).message());
    return Error{error.code(), std::move(message), std::move(details)};
}

}  // namespace xos::shell
