#include "kernel/describe.h"

#include "expression/evaluator.h"
#include "kernel/format_check.h"

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

std::string fill_in(model::View view, const model::Row& row, const std::string& message) {
    std::string text;
    std::size_t at = 0;
    while (at < message.size()) {
        const std::size_t open = message.find('{', at), close = message.find('}', open);
        if (open == std::string::npos || close == std::string::npos)
            break;
        text += message.substr(at, open - at);
        const auto parsed =
            view.schema().parse_expression(message.substr(open + 1, close - open - 1),
                                           {.self = row.type(),
                                            .names = schema::Schema::Scope::Names::WithObj,
                                            .other = {},
                                            .file = {}});
        if (const auto* expression = std::get_if<schema::Expression>(&parsed))
            text += format_values(
                expression::Evaluator(view).values(expression->path, {.object = &row}));
        at = close + 1;
    }
    return text + message.substr(at);
}

}  // namespace xos::kernel
