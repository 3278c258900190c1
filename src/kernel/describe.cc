#include "kernel/describe.h"

namespace xos::kernel {

std::string describe(model::View view, const model::Row& row) {
    const schema::Type& type = view.type_of(row);
    std::optional<model::FieldIndex> name = type.find_field_index("name");
    if (type.natural_key.size() == 1)
        name = type.natural_key[0];
    if (name && *name < type.fields.size() && !row.is_null(*name) &&
        type.fields[*name].type == schema::FieldType::String)
        return type.name + " \"" + std::string(row.string(*name)) + "\"";
    return type.name + " " + std::to_string(row.id().value);
}

}  // namespace xos::kernel
