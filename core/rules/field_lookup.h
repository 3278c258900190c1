#pragma once

#include "schema/schema.h"

#include <string_view>

namespace xos::core {

/// A core type of the schema and its fields, by name. Fatal when the schema lacks one of them: the
/// core models belong to this program.
class FieldLookup {
public:
    FieldLookup(const schema::Schema& schema, std::string_view type);

    TypeId type() const { return type_->id; }
    schema::FieldIndex operator()(std::string_view name) const;

private:
    const schema::Type* type_;
};

}  // namespace xos::core
