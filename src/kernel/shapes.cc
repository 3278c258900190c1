#include "kernel/shapes.h"

#include "model/codec.h"

namespace xos::kernel {

using journal::ColumnType;
using schema::FieldType;

namespace {

ColumnType column_type(FieldType type) {
    switch (type) {
        case FieldType::Bool: return ColumnType::Boolean;
        case FieldType::Int:
        case FieldType::Link: return ColumnType::Integer;
        case FieldType::Double: return ColumnType::Real;
        case FieldType::String:
        case FieldType::Time: return ColumnType::Text;
        case FieldType::Json:
        case FieldType::Map:
        case FieldType::LinkSet: return ColumnType::Json;
    }
    return ColumnType::Text;
}

}  // namespace

std::vector<journal::Shape> shapes_of(const schema::Schema& schema) {
    std::vector<journal::Shape> shapes;
    for (const schema::Type& type : schema.types()) {
        journal::Shape shape{.name = type.full_name(), .types = {}, .columns = {}};
        for (const schema::Type& other : schema.types()) {
            if (!other.abstract && schema.is_a(other.id, type.id))
                shape.types.push_back(other.full_name());
        }
        for (const schema::Field& field : type.fields) {
            if (!model::is_hidden(field))
                shape.columns.push_back({field.api_name, column_type(field.type)});
        }
        if (!shape.types.empty())
            shapes.push_back(std::move(shape));
    }
    return shapes;
}

}  // namespace xos::kernel
