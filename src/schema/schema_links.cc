#include "schema/schema_builder.h"
#include "schema/suggestion.h"

#include <algorithm>

namespace xos::schema {
namespace {

constexpr std::size_t kMostRelations = 60000;

}  // namespace

/// `Network_permitted_slices`: the published name of a table that no message declares. Such a link
/// is a set in its own type.
bool SchemaBuilder::is_implicit_through(TypeId id, const FieldSyntax& field) const {
    const std::string implicit =
        schema_->types_[id.value].name + "_" + std::string(field.name.text);
    return field.through.text == implicit && schema_->find_type(implicit) == nullptr;
}

/// What the links that a type declares give the types at their other side.
void SchemaBuilder::add_relations(TypeId id) {
    const Draft& draft = drafts_[id.value];
    for (std::size_t i = 0; i < draft.fields.size(); ++i) {
        const Field& field = draft.fields[i].field;
        if (field.reverse_name.empty() ||
            (field.type != FieldType::Link && field.type != FieldType::LinkSet))
            continue;
        add_relation(
            field.target,
            {.name = field.reverse_name, .target = id, .via = id, .near = draft.positions[i]},
            draft.fields[i].syntax->reverse.place);
    }
    for (const FieldSyntax* field : draft.declared) {
        if (field->link == LinkKind::ManyToMany && !field->through.empty() &&
            !is_implicit_through(id, *field))
            add_through(id, *field);
    }
}

void SchemaBuilder::add_through(TypeId id, const FieldSyntax& field) {
    const auto target = find_type(field.target, app_of(id));
    const auto through = find_type(field.through, app_of(id));
    if (!target || !through)
        return;
    const Type& via = schema_->types_[through->value];
    const auto near = find_link(via, id, std::nullopt);
    const auto far = find_link(via, *target, near);
    if (!near || !far) {
        findings_.add(field.through.place,
                      quoted(via.name) + " has no link to " +
                          quoted(schema_->types_[near ? target->value : id.value].name));
        return;
    }
    add_relation(id,
                 {.name = std::string(field.name.text),
                  .target = *target,
                  .via = *through,
                  .near = *near,
                  .far = far},
                 field.name.place);
    if (!field.reverse.empty())
        add_relation(*target,
                     {.name = std::string(field.reverse.text),
                      .target = id,
                      .via = *through,
                      .near = *far,
                      .far = near},
                     field.reverse.place);
}

/// The first link of `from` that goes to `to` or, failing that, to a base of it.
std::optional<FieldIndex> SchemaBuilder::find_link(const Type& from, TypeId to,
                                                   std::optional<FieldIndex> except) const {
    std::optional<FieldIndex> to_base;
    for (std::size_t i = 0; i < from.fields.size(); ++i) {
        const auto index = static_cast<FieldIndex>(i);
        const Field& field = from.fields[i];
        if (field.type != FieldType::Link || index == except || field.target.value == 0)
            continue;
        if (field.target == to)
            return index;
        if (!to_base && schema_->is_a(to, field.target))
            to_base = index;
    }
    return to_base;
}

void SchemaBuilder::add_relation(TypeId to, Relation relation, Place place) {
    relation.api_name = relation.name + "_ids";
    const Type& type = schema_->types_[to.value];
    auto& relations = drafts_[to.value].relations;
    const bool taken =
        type.find_field_index(relation.name) || type.find_field_index(relation.api_name) ||
        std::any_of(relations.begin(), relations.end(),
                    [&](const Relation& known) { return known.name == relation.name; });
    if (taken)
        findings_.add(place, quoted(type.name) + " has a field or link " + quoted(relation.name) +
                                 " already");
    else if (relations.size() >= kMostRelations)
        findings_.add(place, "too many links to " + quoted(type.name));
    else
        relations.push_back(std::move(relation));
}

/// Relations of all bases, the one with the fields first, then its own.
void SchemaBuilder::compose_relations(TypeId id) {
    Type& type = schema_->types_[id.value];
    Draft& draft = drafts_[id.value];
    const auto add = [&](const Relation& relation, bool inherited) {
        const Relation* known = type.find_relation(relation.name);
        const bool field = inherited ? false : type.find_field_index(relation.name).has_value();
        if (known == nullptr && !field)
            type.relations.push_back(relation);
        else if (known != nullptr && (known->via != relation.via || known->near != relation.near))
            findings_.add(draft.syntax->name.place,
                          quoted(type.name) + " has two links called " + quoted(relation.name));
    };
    if (type.base)
        type.relations = schema_->types_[type.base->value].relations;
    for (TypeId base : draft.bases) {
        if (base == type.base)
            continue;
        for (const Relation& relation : schema_->types_[base.value].relations)
            add(relation, true);
    }
    for (const Relation& relation : draft.relations)
        add(relation, false);
    for (const Relation& relation : type.relations) {
        if (type.find_field(relation.name) != nullptr)
            findings_.add(
                draft.syntax->name.place,
                "a base of " + quoted(type.name) + " has a link called " + quoted(relation.name));
    }
}

void SchemaBuilder::set_leaves() {
    for (const Type& type : schema_->types_) {
        if (type.abstract)
            continue;
        for (TypeId base : type.lineage)
            schema_->types_[base.value].leaves.push_back(type.id);
        if (type.id.value != 0)
            schema_->types_[0].leaves.push_back(type.id);
    }
}

}  // namespace xos::schema
