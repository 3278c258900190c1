#include "api/descriptions.h"

#include "base/json.h"
#include "base/text.h"
#include "kernel/actions.h"

#include <algorithm>

namespace xos::api {

using schema::Field;
using schema::FieldClass;
using schema::FieldType;
using schema::Schema;
using schema::Type;

namespace {

std::string_view type_name(const Field& field) {
    switch (field.type) {
        case FieldType::Bool: return "boolean";
        case FieldType::Int: return "integer";
        case FieldType::Double: return "number";
        case FieldType::String: return field.text ? "text" : "string";
        case FieldType::Time: return "date";
        case FieldType::Json: return "json";
        case FieldType::Map: return "map";
        case FieldType::Link: return "link";
        case FieldType::LinkSet: return "links";
    }
    return "";
}

std::string_view class_name(FieldClass field_class) {
    switch (field_class) {
        case FieldClass::Declarative: return "declarative";
        case FieldClass::Feedback: return "feedback";
        case FieldClass::Bookkeeping: return "bookkeeping";
    }
    return "";
}

Json value_json(const Field& field) {
    const schema::Value& value = field.default_value;
    if (field.default_function == schema::DefaultFunction::Now || field.auto_now_add)
        return "now()";
    if (const auto* boolean = std::get_if<bool>(&value))
        return *boolean;
    if (const auto* integer = std::get_if<std::int64_t>(&value))
        return *integer;
    if (const auto* number = std::get_if<double>(&value))
        return *number;
    if (const auto* text = std::get_if<std::string>(&value)) {
        const auto parsed =
            field.type == FieldType::String ? Result<Json>(Json(*text)) : Json::parse(*text);
        return parsed ? *parsed : Json(*text);
    }
    return nullptr;
}

class Writer {
public:
    Writer(const Schema& schema, std::string& out) : schema_(schema), writer_(out) {}

    void write() {
        writer_.begin_object();
        writer_.name("items");
        writer_.begin_array();
        for (const Type& type : schema_.types()) {
            if (!type.plural.empty())
                write(type);
        }
        writer_.end_array();
        writer_.end_object();
    }

private:
    void write(const Type& type) {
        writer_.begin_object();
        writer_.member("name", type.name);
        writer_.member("app", type.app);
        writer_.member("plural", type.plural);
        writer_.member("path", type.app + "/" + type.plural);
        writer_.member("verbose_name", type.verbose_name.empty() ? type.name : type.verbose_name);
        writer_.member("description", type.description);
        writer_.member("abstract", type.abstract);
        writer_.member("content", type.content);
        writer_.member("gui_hidden", type.gui_hidden);
        writer_.member("history", type.history);
        write_names("actions", kernel::actions_of(type));
        write_keys(type);
        write_messages(type);
        write_types("bases", std::span(type.lineage).subspan(1));
        write_types("leaves", type.leaves);
        writer_.name("natural_key");
        writer_.begin_array();
        for (const auto at : type.natural_key)
            writer_.value(type.fields[at].api_name);
        writer_.end_array();
        writer_.name("fields");
        writer_.begin_array();
        for (std::size_t i = 0; i < type.fields.size(); ++i)
            write(type.fields[i], is_unique(type, i));
        writer_.end_array();
        writer_.name("relations");
        writer_.begin_array();
        for (const schema::Relation& relation : type.relations)
            write(relation);
        writer_.end_array();
        writer_.end_object();
    }

    template <class Names>
    void write_names(std::string_view name, const Names& names) {
        writer_.name(name);
        writer_.begin_array();
        for (const auto& one : names)
            writer_.value(one);
        writer_.end_array();
    }

    /// What no two live objects may share: each key is a list of fields.
    void write_keys(const Type& type) {
        writer_.name("keys");
        writer_.begin_array();
        for (const schema::Key& key : type.keys) {
            writer_.begin_array();
            for (const auto at : key.fields)
                writer_.value(type.fields[at].api_name);
            writer_.end_array();
        }
        writer_.end_array();
    }

    /// The checks of whole objects, by their names, with what a refusal says.
    void write_messages(const Type& type) {
        writer_.name("validators");
        writer_.begin_array();
        for (const schema::Validator& validator : type.validators) {
            writer_.begin_object();
            writer_.member("name", validator.name);
            writer_.member("message", validator.message);
            writer_.end_object();
        }
        writer_.end_array();
    }

    static bool is_unique(const Type& type, std::size_t at) {
        return std::any_of(type.keys.begin(), type.keys.end(), [&](const schema::Key& key) {
            return key.fields.size() == 1 && key.fields[0] == at;
        });
    }

    void write_types(std::string_view name, std::span<const TypeId> types) {
        writer_.name(name);
        writer_.begin_array();
        for (const TypeId type : types)
            writer_.value(schema_.type(type).full_name());
        writer_.end_array();
    }

    void write(const Field& field, bool unique) {
        const bool is_read_only = field.field_class != FieldClass::Declarative;
        writer_.begin_object();
        writer_.member("name", field.api_name);
        writer_.member("label", field.verbose_name.empty() ? field.name : field.verbose_name);
        writer_.member("hint", field.help_text);
        writer_.member("type", type_name(field));
        writer_.member("class", class_name(field.field_class));
        writer_.member("read_only", is_read_only);
        // What the system fills in when it is left out is not asked of a person.
        writer_.member("required", field.required && !is_read_only && !field.allocated &&
                                       schema::is_null(field.default_value) &&
                                       field.default_function == schema::DefaultFunction::None);
        writer_.member("immutable", field.immutable);
        writer_.member("allocated", field.allocated);
        writer_.member("secret", field.secret || field.hashed);
        writer_.member("unique", unique);
        writer_.member("gui_hidden", field.gui_hidden);
        writer_.member("default", value_json(field));
        write_options(field);
        write_validators(field);
        write_relation(field);
        writer_.end_object();
    }

    void write_options(const Field& field) {
        writer_.name("options");
        writer_.begin_array();
        for (const auto& [value, label] : field.choices) {
            writer_.begin_object();
            writer_.member("id", value);
            writer_.member("label", label);
            writer_.end_object();
        }
        writer_.end_array();
    }

    template <class T>
    void write_validator(std::string_view name, const T& value) {
        writer_.begin_object();
        writer_.member("name", name);
        writer_.member("value", value);
        writer_.end_object();
    }

    void write_validators(const Field& field) {
        writer_.name("validators");
        writer_.begin_array();
        if (field.required)
            write_validator("required", true);
        if (field.max_length)
            write_validator("maxlength", *field.max_length);
        if (field.min_value)
            write_validator("min", *field.min_value);
        if (field.max_value)
            write_validator("max", *field.max_value);
        if (!field.blank)
            write_validator("notblank", true);
        if (field.format == schema::Format::Url)
            write_validator("url", true);
        if (field.format == schema::Format::Ip)
            write_validator("ip", true);
        writer_.end_array();
    }

    void write_relation(const Field& field) {
        writer_.name("relation");
        if (field.type != FieldType::Link && field.type != FieldType::LinkSet) {
            writer_.null();
            return;
        }
        const bool is_many = field.type == FieldType::LinkSet;
        writer_.begin_object();
        writer_.member("model", schema_.type(field.target).full_name());
        writer_.member("type", is_many            ? "manytomany"
                               : field.one_to_one ? "onetoone"
                                                  : "manytoone");
        writer_.member("on_field", field.reverse_name);
        writer_.member("on_delete", field.on_delete == schema::OnDelete::Cascade ? "cascade"
                                    : field.on_delete == schema::OnDelete::Clear ? "clear"
                                                                                 : "protect");
        writer_.end_object();
    }

    void write(const schema::Relation& relation) {
        const Type& via = schema_.type(relation.via);
        writer_.begin_object();
        writer_.member("name", relation.name);
        writer_.member("api_name", relation.api_name);
        writer_.member("model", schema_.type(relation.target).full_name());
        writer_.member("type", relation.far ? "manytomany" : "onetomany");
        writer_.member("through", relation.far ? Json(via.full_name()) : Json());
        writer_.member("on_field", via.fields[relation.near].api_name);
        writer_.end_object();
    }

    const Schema& schema_;
    JsonWriter writer_;
};

}  // namespace

std::string format_modeldefs(const Schema& schema) {
    std::string text;
    Writer(schema, text).write();
    return text;
}

std::string format_sources(const Schema& schema) {
    std::string text;
    JsonWriter writer(text);
    writer.begin_object();
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

}  // namespace xos::api
