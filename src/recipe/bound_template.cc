#include "recipe/bound_template.h"

#include "base/json.h"
#include "base/text.h"
#include "model/codec.h"

#include <algorithm>
#include <functional>

namespace xos::recipe {

using schema::Field;
using schema::FieldClass;
using schema::FieldType;

namespace {

std::string did_you_mean(std::string_view word, const std::vector<std::string>& names) {
    const auto meant = closest(word, names);
    return meant ? ", did you mean \"" + *meant + "\"?" : "";
}

bool is_link(const Field& field) {
    return field.type == FieldType::Link || field.type == FieldType::LinkSet;
}

const schema::Type* find_type(const NodeTemplate& node, const schema::Schema& schema,
                              Mistakes& mistakes) {
    if (node.type.empty())
        return nullptr;  // Said already.
    const schema::Type* type = schema.find_type(node.type);
    if (type && !type->abstract)
        return type;
    std::vector<std::string> names;
    for (const schema::Type& known : schema.types())
        names.push_back(known.name);
    mistakes.add(node.type_place,
                 "there is no type \"" + node.type + "\"" + did_you_mean(node.type, names));
    return nullptr;
}

std::vector<std::string> field_names(const schema::Type& type, bool links) {
    std::vector<std::string> names;
    for (const Field& field : type.fields) {
        if (is_link(field) == links && field.field_class == FieldClass::Declarative)
            names.push_back(field.name);
    }
    return names;
}

/// A whole number that no field holds, which reads as a fraction.
bool is_too_large(const Field& field, const Yaml& value) {
    const std::string_view text = value.scalar();
    const std::size_t first = text.starts_with('-') ? 1 : 0;
    return field.type == FieldType::Int && value.is_scalar() && text.size() > first &&
           text.find_first_not_of("0123456789", first) == std::string_view::npos &&
           !parse_int(text);
}

void bind_property(const Yaml::Member& member, BoundTemplate& into, Mistakes& mistakes) {
    const schema::Type& type = *into.type;
    const auto at = type.find_field_index(member.key);
    if (!at || *at >= type.fields.size()) {
        mistakes.add(member.key_place, type.name + " has no property \"" + member.key + "\"" +
                                           did_you_mean(member.key, field_names(type, false)));
        return;
    }
    const Field& field = type.fields[*at];
    if (is_link(field)) {
        mistakes.add(member.key_place, "\"" + field.name +
                                           "\" leads to another object: put it under requirements, "
                                           "as in: - " +
                                           field.name + ": {node: …}");
        return;
    }
    if (field.field_class != FieldClass::Declarative) {
        mistakes.add(member.key_place,
                     "\"" + field.name + "\" is written by the system and cannot be set");
        return;
    }
    if (is_too_large(field, member.value)) {
        const auto limit =
            member.value.scalar().starts_with('-') ? field.min_value : field.max_value;
        const std::string how = limit ? std::to_string(static_cast<std::int64_t>(*limit)) : "";
        mistakes.add(member.value.place(), "\"" + field.name + "\" " +
                                               (!limit ? "has more digits than a number can have"
                                                : *limit < 0 ? "is less than " + how
                                                             : "is more than " + how));
        return;
    }
    Json json = member.value.to_json();
    // Text that looks like a number is text where text is wanted.
    if (field.type == FieldType::String && member.value.is_scalar())
        json = Json(member.value.scalar());
    auto value = model::read_value(field, json);
    if (!value) {
        mistakes.add(member.value.place(), "\"" + field.name + "\" " + value.error().message());
        return;
    }
    into.values.emplace_back(*at, std::move(value).value());
    into.places[*at] = member.value.place();
}

/// Where the names of a recipe are found.
struct Names {
    const std::vector<NodeTemplate>& templates;
    const schema::Schema& schema;
};

void bind_requirement(const Requirement& requirement, const Names& names, BoundTemplate& into,
                      Mistakes& mistakes) {
    const std::vector<NodeTemplate>& templates = names.templates;
    const schema::Schema& schema = names.schema;
    const schema::Type& type = *into.type;
    const auto at = type.find_field_index(requirement.name);
    if (!at || *at >= type.fields.size() || !is_link(type.fields[*at])) {
        mistakes.add(requirement.place,
                     type.name + " has no link \"" + requirement.name + "\"" +
                         did_you_mean(requirement.name, field_names(type, true)));
        return;
    }
    const auto target = std::find_if(templates.begin(), templates.end(), [&](const auto& other) {
        return other.name == requirement.node;
    });
    if (target == templates.end()) {
        std::vector<std::string> known;
        for (const NodeTemplate& other : templates)
            known.push_back(other.name);
        std::string hint = did_you_mean(requirement.node, known);
        if (hint.empty())
            hint = ": give an object that exists already a template with must-exist: true";
        mistakes.add(requirement.node_place,
                     "the recipe has no template \"" + requirement.node + "\"" + hint);
        return;
    }
    const schema::Type* target_type = schema.find_type(target->type);
    const TypeId wanted = type.fields[*at].target;
    if (target_type && !schema.is_a(target_type->id, wanted)) {
        mistakes.add(requirement.node_place, "\"" + requirement.name + "\" leads to a " +
                                                 schema.type(wanted).name + ", and \"" +
                                                 requirement.node + "\" is a " + target_type->name);
        return;
    }
    for (const auto& link : into.links) {
        if (link.field == *at && type.fields[*at].type == FieldType::Link) {
            mistakes.add(requirement.place, "\"" + requirement.name + "\" is there twice");
            return;
        }
    }
    into.places[*at] = requirement.node_place;
    into.links.push_back({*at, static_cast<std::size_t>(target - templates.begin())});
}

}  // namespace

std::vector<BoundTemplate> bind(const Document& document, const schema::Schema& schema,
                                Mistakes& mistakes) {
    std::vector<BoundTemplate> bound;
    for (const NodeTemplate& node : document.templates) {
        BoundTemplate& one = bound.emplace_back();
        one.source = &node;
        one.type = find_type(node, schema, mistakes);
        if (!one.type)
            continue;
        for (const Yaml::Member* member : node.properties)
            bind_property(*member, one, mistakes);
        for (const Requirement& requirement : node.requirements)
            bind_requirement(requirement, {document.templates, schema}, one, mistakes);
    }
    return bound;
}

std::vector<std::size_t> in_order(const std::vector<BoundTemplate>& templates, Mistakes& mistakes) {
    enum class Mark : std::uint8_t { None, Open, Done };
    std::vector<Mark> marks(templates.size(), Mark::None);
    std::vector<std::size_t> order;
    const std::function<void(std::size_t)> visit = [&](std::size_t at) {
        marks[at] = Mark::Open;
        for (const auto& link : templates[at].links) {
            if (marks[link.target] == Mark::Open)
                mistakes.add(templates[at].places.at(link.field),
                             "\"" + templates[at].source->name + "\" and \"" +
                                 templates[link.target].source->name +
                                 "\" need each other: one of them must go without");
            else if (marks[link.target] == Mark::None)
                visit(link.target);
        }
        marks[at] = Mark::Done;
        order.push_back(at);
    };
    for (std::size_t i = 0; i < templates.size(); ++i) {
        if (marks[i] == Mark::None)
            visit(i);
    }
    return order;
}

}  // namespace xos::recipe
