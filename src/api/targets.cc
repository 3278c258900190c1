#include "api/targets.h"

#include "base/text.h"
#include "schema/suggestion.h"

#include <algorithm>

namespace xos::api {

Result<const schema::Type*> get_type(const schema::Schema& schema, std::string_view app,
                                     std::string_view plural) {
    if (const schema::Type* type = schema.find_plural(app, plural))
        return type;
    std::vector<std::string> names;
    for (const schema::Type& type : schema.types()) {
        if (!type.plural.empty())
            names.push_back(type.app + "/" + type.plural);
    }
    const std::vector<std::string_view> views(names.begin(), names.end());
    const std::string name = std::string(app) + "/" + std::string(plural);
    return Error{ErrorCode::NotFound, "there are no objects at " + schema::quoted(name) +
                                          schema::did_you_mean(name, views)};
}

std::optional<ObjectId> parse_id(std::string_view text) {
    const auto number = parse_int(text);
    if (!number || *number <= 0)
        return std::nullopt;
    return ObjectId{static_cast<std::uint64_t>(*number)};
}

Result<const model::Row*> get_object(const Reader& reader, const Call& call) {
    const schema::Type* type = TRY(get_type(reader.schema(), call.argument(0), call.argument(1)));
    const auto id = parse_id(call.argument(2));
    const model::Row* row = id ? reader.find(*type, *id) : nullptr;
    if (row)
        return row;
    return Error{ErrorCode::NotFound,
                 "there is no " + type->name + " " + std::string(call.argument(2))};
}

std::string path_of(const schema::Type& type) {
    return "/xosapi/v1/" + type.app + "/" + type.plural;
}

void check_parameters(const Call& call, std::span<const std::string_view> known,
                      std::vector<ErrorDetail>& mistakes) {
    for (const auto& [name, value] : call.request.query) {
        const bool is_flag = name == "plan" || name == "cascade";
        if (std::find(known.begin(), known.end(), name) == known.end())
            mistakes.push_back(
                {name, "is no parameter of this request" + schema::did_you_mean(name, known)});
        else if (is_flag && !call.is_asked(name) && value != "0" && value != "false")
            mistakes.push_back({name, "wants 1 or 0"});
    }
}

}  // namespace xos::api
