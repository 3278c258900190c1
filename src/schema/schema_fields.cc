#include "schema/schema_builder.h"
#include "schema/suggestion.h"
#include "schema/xos_base.h"

#include <algorithm>
#include <array>
#include <utility>

namespace xos::schema {
namespace {

constexpr std::size_t kMostFields = 2000;

bool is_computed(std::string_view name) {
    return name == "id" || name == "leaf_model_name" || name == "class_names";
}

}  // namespace

/// A onetomany is the other side of a link that the peer holds: the peer gets that link, unless it
/// declares it itself.
void SchemaBuilder::move_one_to_many(TypeId id) {
    const Type& type = schema_->types_[id.value];
    for (const FieldSyntax& field : drafts_[id.value].syntax->fields) {
        if (field.link != LinkKind::OneToMany)
            continue;
        const auto peer = find_type(field.target, type.app);
        if (!peer)
            continue;
        if (field.reverse.empty()) {
            findings_.add(field.name.place, "a onetomany needs the name of the link in " +
                                                quoted(field.target.text) + ": " +
                                                std::string(field.name.text) + "->" +
                                                std::string(field.target.text) + ":name");
            continue;
        }
        auto& declared = drafts_[peer->value].declared;
        const auto there = std::find_if(declared.begin(), declared.end(), [&](const auto* other) {
            return other->name.text == field.reverse.text;
        });
        if (there != declared.end()) {
            if ((*there)->reverse.text != field.name.text)
                findings_.add(field.reverse.place, quoted(field.target.text) + " has a field " +
                                                       quoted(field.reverse.text) + " already");
            continue;
        }
        FieldSyntax& moved = moved_.emplace_back(field);
        moved.link = LinkKind::ManyToOne;
        moved.required = false;
        moved.name = field.reverse;
        moved.reverse = field.name;
        moved.target = {moved_targets_.emplace_back(type.full_name()), field.target.place};
        declared.push_back(&moved);
    }
}

void SchemaBuilder::lay_fields_out(TypeId id) {
    Draft& draft = drafts_[id.value];
    Type& type = schema_->types_[id.value];
    const auto owns_fields = [](TypeId base) { return base.value != 0; };
    draft.fields_owner = TypeId{0};
    for (TypeId base : draft.bases) {
        const TypeId owner = drafts_[base.value].fields_owner;
        const auto& above =
            type.base ? schema_->types_[type.base->value].lineage : std::vector<TypeId>{};
        if (!type.base || schema_->is_a(base, draft.fields_owner)) {
            type.base = base;
            draft.fields_owner = owner;
        } else if (owns_fields(owner) &&
                   std::find(above.begin(), above.end(), owner) == above.end()) {
            findings_.add(draft.syntax->name.place,
                          "only one base may have fields: " + quoted(type.name) + " has those of " +
                              quoted(schema_->types_[draft.fields_owner.value].name) + " and " +
                              quoted(schema_->types_[owner.value].name));
        }
    }
    const Type& above = schema_->types_[type.base ? type.base->value : 0];
    if (id.value != 0) {
        type.fields = above.fields;
        type.keys = above.keys;
        type.actions = above.actions;
        type.any_link = above.any_link;
    }
    for (const FieldSyntax* field : draft.declared) {
        if (field->link == LinkKind::ManyToMany && !field->through.empty() &&
            !is_implicit_through(id, *field))
            continue;
        place_field(id, build_field(*field, files_[draft.file], findings_, warnings_));
    }
    if (type.content) {
        add_generated(id, "content_sha256", FieldType::String);
        add_generated(id, "content_size", FieldType::Int);
    }
    for (const std::string& action : draft.actions) {
        add_generated(id, action + "_requested", FieldType::Int);
        if (std::find(type.actions.begin(), type.actions.end(), action) == type.actions.end())
            type.actions.push_back(action);
    }
    add_any_link(id);
    if (type.fields.size() > above.fields.size())
        draft.fields_owner = id;
    if (type.fields.size() > kMostFields)
        findings_.add(draft.syntax->name.place,
                      "more than " + std::to_string(kMostFields) + " fields");
    order_names(id);
    add_keys(id);
}

/// A bookkeeping field that comes with an option, unless it is there.
void SchemaBuilder::add_generated(TypeId id, std::string name, FieldType type) {
    auto& fields = schema_->types_[id.value].fields;
    if (std::any_of(fields.begin(), fields.end(),
                    [&](const Field& field) { return field.name == name; }))
        return;
    Field& field = fields.emplace_back();
    field.name = field.api_name = std::move(name);
    field.type = type;
    field.field_class = FieldClass::Bookkeeping;
}

/// `content_type` and `object_id` together are one link to an object of any type, the field
/// `content_object`; it goes with that object.
void SchemaBuilder::add_any_link(TypeId id) {
    Type& type = schema_->types_[id.value];
    const auto find = [&](std::string_view name) {
        return std::find_if(type.fields.begin(), type.fields.end(),
                            [&](const Field& field) { return field.name == name; });
    };
    const auto type_name = find("content_type"), object_id = find("object_id");
    const auto end = type.fields.end();
    if (type.any_link || type_name == end || object_id == end ||
        type_name->type != FieldType::String || object_id->type != FieldType::Int)
        return;
    if (find("content_object") != end) {
        findings_.add(drafts_[id.value].syntax->name.place,
                      "content_type and object_id bring the link content_object: leave it out");
        return;
    }
    const auto index = [&](auto at) { return static_cast<FieldIndex>(at - type.fields.begin()); };
    type.any_link = {index(type_name), index(object_id), index(end)};
    Field link;
    link.name = "content_object";
    link.api_name = "content_object_id";
    link.type = FieldType::Link;
    link.on_delete = OnDelete::Cascade;
    link.db_index = true;
    link.field_class = object_id->field_class;
    link.immutable = type_name->immutable && object_id->immutable;
    link.help_text =
        "The object that content_type and object_id name; either way of saying will do";
    type.fields.push_back(std::move(link));
}

/// Objects of the type belong to the only Service of the class that `owner_class_name` names.
void SchemaBuilder::set_owner_default(TypeId id) {
    Type& type = schema_->types_[id.value];
    Draft& draft = drafts_[id.value];
    if (type.owner_class_name.empty() && type.base) {
        type.owner_class_name = schema_->types_[type.base->value].owner_class_name;
        draft.owner_class_place = drafts_[type.base->value].owner_class_place;
    }
    if (type.owner_class_name.empty())
        return;
    const auto owner = std::find_if(type.fields.begin(), type.fields.end(),
                                    [](const Field& field) { return field.name == "owner"; });
    if (owner == type.fields.end() || owner->type != FieldType::Link) {
        findings_.add(draft.syntax->name.place,
                      "owner_class_name is for types with a link owner, as ServiceInstance has");
        return;
    }
    const auto service = find_type({type.owner_class_name, draft.owner_class_place}, type.app);
    if (!service)
        return;
    if (!schema_->is_a(*service, owner->target)) {
        findings_.add(draft.owner_class_place,
                      quoted(type.owner_class_name) + " is no " +
                          quoted(schema_->types_[owner->target.value].name) +
                          ", which owner links to");
        return;
    }
    owner->default_function = DefaultFunction::Only;
    owner->default_type = *service;
}

/// What a default that is looked for among objects looks for.
void SchemaBuilder::set_default_types(TypeId id) {
    for (Field& field : schema_->types_[id.value].fields) {
        if (field.default_function == DefaultFunction::First ||
            field.default_function == DefaultFunction::Preferred)
            field.default_type = field.target;
    }
}

void SchemaBuilder::place_field(TypeId id, FieldDraft draft) {
    Type& type = schema_->types_[id.value];
    Draft& owner = drafts_[id.value];
    if (!resolve_target(id, draft))
        return;
    const std::string& name = draft.field.name;
    if (is_computed(name))
        return;
    const Place place = draft.syntax->name.place;
    if (name == "ready" || name == "obj" || name == "ctx") {
        findings_.add(place, quoted(name) + " has a meaning of its own: choose another name");
        return;
    }
    const auto same = [&](const Field& field) { return field.name == name; };
    const auto at = std::find_if(type.fields.begin(), type.fields.end(), same);
    const auto index = static_cast<FieldIndex>(at - type.fields.begin());
    const bool twice =
        std::find(owner.positions.begin(), owner.positions.end(), index) != owner.positions.end();
    if (at == type.fields.end())
        type.fields.push_back(draft.field);
    else if (twice)
        findings_.add(place, quoted(type.name) + " has a field " + quoted(name) + " already");
    else
        replace_field(id, index, draft);
    owner.positions.push_back(index);
    owner.fields.push_back(std::move(draft));
}

/// A field of a base declared again: its options count, its type must be the same.
void SchemaBuilder::replace_field(TypeId id, FieldIndex index, const FieldDraft& draft) {
    Type& type = schema_->types_[id.value];
    Field& field = type.fields[index];
    if (field.type != draft.field.type || !schema_->is_a(draft.field.target, field.target)) {
        findings_.add(draft.syntax->name.place, "a base of " + quoted(type.name) + " has " +
                                                    quoted(field.name) + " with another type");
        return;
    }
    if (index < base_field::kCount)
        return;
    const TypeId target = field.target;
    field = draft.field;
    field.target = target;
}

bool SchemaBuilder::resolve_target(TypeId id, FieldDraft& draft) {
    if (draft.syntax->link == LinkKind::None)
        return true;
    // In a schema without a type Service, `backend_owner` goes to any object.
    if (id.value == 0 &&
        schema_->find_type("core." + std::string(draft.syntax->target.text)) == nullptr &&
        schema_->find_type(draft.syntax->target.text) == nullptr)
        return true;
    const auto target = find_type(draft.syntax->target, app_of(id));
    if (target)
        draft.field.target = *target;
    draft.field.reverse_name = draft.syntax->reverse.text;
    return target.has_value();
}

/// Makes the order in which fields are found by name, and finds names that are there twice.
void SchemaBuilder::order_names(TypeId id) {
    Type& type = schema_->types_[id.value];
    std::vector<std::pair<std::string_view, std::uint16_t>> names;
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
        const auto code = static_cast<std::uint16_t>(2 * i);
        names.emplace_back(type.fields[i].name, code);
        if (type.fields[i].api_name != type.fields[i].name)
            names.emplace_back(type.fields[i].api_name, code + 1);
    }
    std::sort(names.begin(), names.end());
    for (std::size_t i = 0; i < names.size(); ++i) {
        type.field_order.push_back(names[i].second);
        if (i > 0 && names[i].first == names[i - 1].first)
            findings_.add(
                drafts_[id.value].syntax->name.place,
                quoted(type.name) + " has two fields that the API calls " + quoted(names[i].first));
    }
}

void SchemaBuilder::add_key(TypeId id, std::vector<FieldIndex> fields) {
    std::sort(fields.begin(), fields.end());
    fields.erase(std::unique(fields.begin(), fields.end()), fields.end());
    auto& keys = schema_->types_[id.value].keys;
    const auto same = [&](const Key& key) { return key.fields == fields; };
    if (!fields.empty() && std::none_of(keys.begin(), keys.end(), same))
        keys.push_back({std::move(fields)});
}

void SchemaBuilder::add_keys(TypeId id) {
    Type& type = schema_->types_[id.value];
    const Draft& draft = drafts_[id.value];
    std::vector<std::vector<FieldIndex>> groups;  // Of unique_with, which joins transitively.
    bool own_tosca_key = false;
    for (std::size_t i = 0; i < draft.fields.size(); ++i) {
        const FieldDraft& field = draft.fields[i];
        own_tosca_key = own_tosca_key || field.field.tosca_key;
        if (field.unique || field.field.one_to_one)
            add_key(id, {draft.positions[i]});
        for (const Word& other : field.unique_with) {
            const auto index = type.find_field_index(other.text);
            if (!index || *index >= type.fields.size()) {
                std::vector<std::string_view> names;
                for (const Field& known : type.fields)
                    names.push_back(known.name);
                findings_.add(other.place, quoted(type.name) + " has no field " +
                                               quoted(other.text) +
                                               did_you_mean(other.text, names));
                continue;
            }
            std::vector<FieldIndex> group = {draft.positions[i], *index};
            std::erase_if(groups, [&](const std::vector<FieldIndex>& known) {
                const bool joined = std::find_first_of(known.begin(), known.end(), group.begin(),
                                                       group.end()) != known.end();
                if (joined)
                    group.insert(group.end(), known.begin(), known.end());
                return joined;
            });
            groups.push_back(std::move(group));
        }
    }
    for (std::vector<FieldIndex>& group : groups)
        add_key(id, std::move(group));
    bool one_of = false;
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
        one_of = one_of || !type.fields[i].tosca_key_one_of.empty();
        if (type.fields[i].tosca_key)
            type.natural_key.push_back(static_cast<FieldIndex>(i));
    }
    // With alternatives (tosca_key_one_of) the other parts alone say nothing.
    if (own_tosca_key && !one_of)
        add_key(id, type.natural_key);
    const auto name = type.find_field_index("name");
    if (type.natural_key.empty() && name)
        type.natural_key.push_back(*name);
}

}  // namespace xos::schema
