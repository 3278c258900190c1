#include "kernel/any_link.h"

#include "base/text.h"

#include <algorithm>
#include <optional>

namespace xos::kernel {

using model::FieldIndex;
using model::FieldValues;
using model::Row;
using model::Value;

namespace {

/// The last value that `values` gives the field.
const Value* given(const FieldValues& values, FieldIndex field) {
    const auto at = std::find_if(values.rbegin(), values.rend(),
                                 [&](const auto& entry) { return entry.first == field; });
    return at == values.rend() ? nullptr : &at->second;
}

/// By its name, its full name, or either in lower case, as published files may write it.
const schema::Type* find_type(const schema::Schema& schema, const std::string& name) {
    if (const schema::Type* type = schema.find_type(name))
        return type;
    const schema::Type* found = nullptr;
    for (const schema::Type& type : schema.types()) {
        if (to_lower(type.full_name()) == name || to_lower(type.name) == name)
            found = &type;
    }
    return found;
}

const Row* find_named(model::View view, const Value& name, const Value& id) {
    const auto* text = std::get_if<std::string>(&name);
    const auto* number = std::get_if<std::int64_t>(&id);
    const schema::Type* type = text ? find_type(view.schema(), *text) : nullptr;
    if (!type || !number || *number <= 0)
        return nullptr;
    const Row* row = view.find(ObjectId{static_cast<std::uint64_t>(*number)});
    return row && view.schema().is_a(row->type(), type->id) ? row : nullptr;
}

}  // namespace

void complete_any_link(model::View view, const schema::Type& type, const Row* row,
                       FieldValues& values) {
    if (!type.any_link)
        return;
    const schema::AnyLink any = *type.any_link;
    const Value* name = given(values, any.type_name);
    const Value* id = given(values, any.id);
    const Value* link = given(values, any.link);
    const auto set_all = [&](const Row& target) {
        values.emplace_back(any.type_name, view.type_of(target).full_name());
        values.emplace_back(any.id, static_cast<std::int64_t>(target.id().value));
        values.emplace_back(any.link, target.id());
    };
    if (link && !name && !id) {
        const auto* target = std::get_if<ObjectId>(link);
        if (const Row* found = target ? view.find(*target) : nullptr)
            set_all(*found);
        else if (!target)
            values.insert(values.end(), {{any.type_name, Value{}}, {any.id, Value{}}});
    } else if (!link && (name || id)) {
        const auto value = [&](const Value* one, FieldIndex field) {
            return one ? *one : row ? model::value_of(type, *row, field) : Value{};
        };
        if (const Row* found = find_named(view, value(name, any.type_name), value(id, any.id)))
            set_all(*found);
        else
            values.emplace_back(any.link, Value{});
    }
}

void check_any_link(model::View view, const Row& row, std::vector<ErrorDetail>& mistakes) {
    const schema::Type& type = view.type_of(row);
    if (!type.any_link)
        return;
    const auto& [name_field, id_field, link_field] = *type.any_link;
    const Value name = model::value_of(type, row, name_field);
    const Value id = model::value_of(type, row, id_field);
    const auto add = [&](FieldIndex field, std::string message) {
        mistakes.push_back({type.fields[field].api_name, std::move(message)});
    };
    const auto* text = std::get_if<std::string>(&name);
    const auto* number = std::get_if<std::int64_t>(&id);
    const bool both = text && !text->empty() && number;
    if (!row.is_null(link_field)) {
        const Row* target = view.follow(row, link_field);
        if (target && find_named(view, name, id) != target)
            add(link_field, "is another object than content_type and object_id name");
    } else if (both) {
        if (find_type(view.schema(), *text) == nullptr)
            add(name_field, "there is no type \"" + *text + "\": write it as core.Slice");
        else
            add(id_field, "there is no " + *text + " " + std::to_string(*number));
    } else if (text || number) {
        add(text ? id_field : name_field, "content_type and object_id are set together");
    }
}

std::string type_wanted(const schema::Schema& schema, const schema::Field& field) {
    return field.target.value == 0 ? "object" : schema.type(field.target).name;
}

}  // namespace xos::kernel
