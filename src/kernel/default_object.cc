#include "kernel/default_object.h"

namespace xos::kernel {

using model::Row;
using schema::DefaultFunction;

std::optional<ObjectId> default_object(model::View view, const schema::Field& field) {
    const bool only = field.default_function == DefaultFunction::Only;
    const bool preferred = field.default_function == DefaultFunction::Preferred;
    if (!only && !preferred && field.default_function != DefaultFunction::First)
        return std::nullopt;
    std::optional<ObjectId> found;
    bool several = false;
    view.for_each(field.default_type, [&](const Row& row) {
        if (row.deleted())
            return true;
        several = found.has_value();
        const auto mark = preferred ? view.type_of(row).find_field_index("default") : std::nullopt;
        const bool is_marked =
            mark && view.type_of(row).find_field("default")->type == schema::FieldType::Bool &&
            row.boolean(*mark);
        if (!found || is_marked)
            found = row.id();
        return only ? !several : preferred && !is_marked;
    });
    return only && several ? std::nullopt : found;
}

}  // namespace xos::kernel
