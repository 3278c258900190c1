#include "kernel/describe.h"

#include "expression/evaluator.h"
#include "kernel/format_check.h"

#include <cctype>

namespace xos::kernel {

using model::FieldIndex;
using model::Row;

namespace {

/// "NetworkSlice" as people say it: "network slice".
std::string in_words(std::string_view type_name) {
    std::string words;
    for (std::size_t at = 0; at < type_name.size(); ++at) {
        const auto letter = static_cast<unsigned char>(type_name[at]);
        if (at > 0 && std::isupper(letter) &&
            std::islower(static_cast<unsigned char>(type_name[at - 1])))
            words += ' ';
        words += static_cast<char>(std::tolower(letter));
    }
    return words;
}

/// A key has keys of others in it so deep at most: a link that somebody gave and that is refused
/// for it may lead in a circle.
constexpr int kDeepestKey = 4;

std::string key_of(model::View view, const Row& row, int depth = kDeepestKey) {
    if (depth == 0)
        return std::to_string(row.id().value);
    const schema::Type& type = view.type_of(row);
    if (const schema::Field* name = type.find_field("name"))
        return std::string(row.string(static_cast<FieldIndex>(name - type.fields.data())));
    std::string key;
    for (const FieldIndex part : type.natural_key) {
        key += key.empty() ? "" : "/";
        const schema::FieldType kind = type.fields[part].type;
        if (kind == schema::FieldType::String)
            key += row.string(part);
        else if (const Row* target =
                     kind == schema::FieldType::Link ? view.follow(row, part) : nullptr)
            key += key_of(view, *target, depth - 1);
    }
    return key;
}

}  // namespace

std::string describe(model::View view, const Row& row) {
    const std::string words = in_words(view.type_of(row).name), key = key_of(view, row);
    return key.empty() ? words + " " + std::to_string(row.id().value) : words + " \"" + key + "\"";
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
