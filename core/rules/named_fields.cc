#include "core/rules/named_fields.h"

#include "base/check.h"

#include <string>

namespace xos::core {

model::FieldValues named_fields(const schema::Type& type, const NamedValues& values) {
    model::FieldValues fields;
    for (const auto& [name, value] : values) {
        const auto index = type.find_field_index(name);
        XOS_CHECK(index, type.name + " has no field " + std::string(name));
        fields.emplace_back(*index, value);
    }
    return fields;
}

}  // namespace xos::core
