#include "schema/type.h"

#include <algorithm>

namespace xos::schema {
namespace {

std::string_view name_at(const Type& type, std::uint16_t code) {
    const Field& field = type.fields[code / 2];
    return code % 2 == 1 ? field.api_name : field.name;
}

}  // namespace

const Field* Type::find_field(std::string_view wanted) const {
    const auto at = std::lower_bound(
        field_order.begin(), field_order.end(), wanted,
        [&](std::uint16_t code, std::string_view text) { return name_at(*this, code) < text; });
    if (at == field_order.end() || name_at(*this, *at) != wanted)
        return nullptr;
    return &fields[*at / 2];
}

std::optional<FieldIndex> Type::find_field_index(std::string_view wanted) const {
    if (const Field* field = find_field(wanted))
        return static_cast<FieldIndex>(field - fields.data());
    if (wanted == "id")
        return kIdField;
    if (wanted == "ready")
        return kReadyField;
    if (wanted == "leaf_model_name")
        return kLeafModelNameField;
    return std::nullopt;
}

const Relation* Type::find_relation(std::string_view wanted) const {
    const auto at = std::find_if(relations.begin(), relations.end(), [&](const Relation& relation) {
        return relation.name == wanted || relation.api_name == wanted;
    });
    return at == relations.end() ? nullptr : &*at;
}

}  // namespace xos::schema
