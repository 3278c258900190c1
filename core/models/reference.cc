#include "core/models/reference.h"

#include "base/text.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <vector>

namespace xos::core {
namespace {

using schema::Field;
using schema::FieldClass;
using schema::FieldType;
using schema::Schema;
using schema::Type;

constexpr std::string_view kIntroduction =
    R"(<!-- Generated from the core models: do not edit. `cmake --build build/dev --target reference` -->
# Core object types

Generated from `core/models/*.xproto`. Fields that every object has stand under XOSBase. A field
without a mark is optional and what users and rules write. Marks: **required**; **feedback**, only
the service that makes the object real writes it; **kept**, only the kernel writes it; **chosen**, a
rule sets it when it is unset; **fixed**, set when the object is made and then never; **secret**,
written and never shown; **key**, part of the name that tools use. Behind a link stands what the
deletion of the other object does: refused (protect), deleted as well (cascade), or set to nothing
(clear).
)";

std::string format_number(double number) {
    std::array<char, 64> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    return std::string(digits.data(), end);
}

std::string cell(std::string_view text) {
    std::string out;
    for (char c : text)
        out += c == '|' ? "\\|" : std::string(1, c);
    return out;
}

std::string code(std::string_view text) {
    return "`" + std::string(text) + "`";
}

std::string type_of(const Schema& schema, const Field& field) {
    static constexpr std::array<std::string_view, 7> kWords = {
        "True or False", "whole number", "number", "text", "date", "JSON", "map"};
    static constexpr std::array<std::string_view, 3> kOnDelete = {"protect", "cascade", "clear"};
    if (field.type != FieldType::Link && field.type != FieldType::LinkSet)
        return std::string(kWords[static_cast<std::size_t>(field.type)]);
    return std::string(field.type == FieldType::LinkSet ? "set of " : "") +
           schema.type(field.target).name + ", " +
           std::string(kOnDelete[static_cast<std::size_t>(field.on_delete)]);
}

std::string shown(const schema::Value& value) {
    if (const auto* truth = std::get_if<bool>(&value))
        return *truth ? "True" : "False";
    if (const auto* whole = std::get_if<std::int64_t>(&value))
        return std::to_string(*whole);
    if (const auto* number = std::get_if<double>(&value))
        return format_number(*number);
    const auto* text = std::get_if<std::string>(&value);
    return text != nullptr ? "\"" + *text + "\"" : "";
}

std::string marks(const Field& field) {
    std::vector<std::string> out;
    const auto add = [&](bool is, std::string_view word) {
        if (is)
            out.emplace_back(word);
    };
    add(field.required && field.type != FieldType::LinkSet, "required");
    add(field.field_class == FieldClass::Feedback, "feedback");
    add(field.field_class == FieldClass::Bookkeeping, "kept");
    add(field.allocated, "chosen");
    add(field.immutable, "fixed");
    add(field.secret || field.hashed, "secret");
    add(field.tosca_key || !field.tosca_key_one_of.empty(), "key");
    return join(out, ", ");
}

/// Whole numbers of the fixed widths have bounds that nobody chose.
bool is_width(double bound) {
    return bound <= -2147483648.0 || bound >= 2147483647.0;
}

std::string meaning(const Field& field) {
    std::string out = field.help_text;
    const auto add = [&](const std::string& text) { out += (out.empty() ? "" : ". ") + text; };
    if (!field.choices.empty()) {
        std::vector<std::string> names;
        for (const auto& choice : field.choices)
            names.push_back(code(choice.first));
        add("One of " + join(names, ", "));
    }
    if (!schema::is_null(field.default_value))
        add("Default " + code(shown(field.default_value)));
    if (field.min_value && !is_width(*field.min_value))
        add("At least " + format_number(*field.min_value));
    if (field.max_value && !is_width(*field.max_value))
        add("At most " + format_number(*field.max_value));
    if (field.max_length)
        add("At most " + std::to_string(*field.max_length) + " characters");
    return out;
}

std::string keys_of(const Type& type) {
    std::string out;
    for (const schema::Key& key : type.keys) {
        std::vector<std::string> names;
        for (const schema::FieldIndex index : key.fields)
            names.push_back(type.fields[index].name);
        out += (out.empty() ? "Unique: " : "; ") + join(names, " with ");
    }
    return out.empty() ? out : out + ".";
}

std::string relations_of(const Schema& schema, const Type& type, std::size_t inherited) {
    std::vector<std::string> out;
    for (std::size_t i = inherited; i < type.relations.size(); ++i) {
        const schema::Relation& relation = type.relations[i];
        out.push_back(code(relation.name) + " (" + schema.type(relation.target).name + ")");
    }
    return out.empty() ? "" : "From the other side: " + join(out, ", ") + ".";
}

std::string describe(const Schema& schema, const Type& type) {
    std::string out = "\n### " + type.name + "\n\n" + type.description + ".";
    const Type* base = type.id.value == 0 ? nullptr : &schema.type(type.base.value_or(TypeId{0}));
    if (base != nullptr && base->id.value != 0)
        out += " A kind of " + base->name + ".";
    for (const std::string& more :
         {base == nullptr ? std::string() : "URL " + code(type.app + "/" + type.plural) + ".",
          keys_of(type), std::string(type.grants ? "Gives rights." : ""),
          std::string(type.history ? "" : "Without history.")})
        out += more.empty() ? "" : " " + more;
    out += "\n\n| field | type | | meaning |\n|---|---|---|---|\n";
    for (std::size_t i = base == nullptr ? 0 : base->fields.size(); i < type.fields.size(); ++i) {
        const Field& field = type.fields[i];
        out += "| " + code(field.api_name) + " | " + type_of(schema, field) + " | " + marks(field) +
               " | " + cell(meaning(field)) + " |\n";
    }
    const std::string relations =
        relations_of(schema, type, base == nullptr ? 0 : base->relations.size());
    return relations.empty() ? out : out + "\n" + relations + "\n";
}

/// Whether `source` declares the type.
bool declares(const schema::Source& source, const Type& type) {
    const std::string head = "message " + type.name;
    for (const char* behind : {":", " "}) {
        if (source.text.find(head + behind) != std::string::npos)
            return type.app == source.app;
    }
    return false;
}

}  // namespace

std::string types_reference(const Schema& schema) {
    std::string out(kIntroduction);
    out += describe(schema, schema.types().front());
    for (const schema::Source& source : schema.sources()) {
        out += "\n## " + source.file.substr(0, source.file.find('.')) + "\n";
        for (const Type& type : schema.types()) {
            if (type.id.value != 0 && declares(source, type))
                out += describe(schema, type);
        }
    }
    return out;
}

}  // namespace xos::core
