#include "core/rules/field_lookup.h"

#include "base/check.h"

#include <string>

namespace xos::core {

FieldLookup::FieldLookup(const schema::Schema& schema, std::string_view type)
    : type_(schema.find_type("core." + std::string(type))) {
    XOS_CHECK(type_, "the schema has no core type " + std::string(type));
}

schema::FieldIndex FieldLookup::operator()(std::string_view name) const {
    const auto index = type_->find_field_index(name);
    XOS_CHECK(index, "the schema has no field " + type_->name + "." + std::string(name));
    return *index;
}

}  // namespace xos::core
