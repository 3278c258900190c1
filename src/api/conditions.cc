#include "api/conditions.h"

#include "base/text.h"

#include <algorithm>

namespace xos::api {

std::string entity_tag(const model::Row& row) {
    return "\"" + std::to_string(row.revision().value) + "\"";
}

bool names_tag(std::string_view header, std::string_view tag) {
    const auto listed = split(header, ',');
    return std::any_of(listed.begin(), listed.end(), [&](std::string_view one) {
        one = trim(one);
        if (one.starts_with("W/"))
            one.remove_prefix(2);
        return one == "*" || one == tag;
    });
}

Result<void> check_read(const http::Headers& headers, std::string_view tag) {
    const auto wanted = headers.find("If-Match");
    if (!wanted || names_tag(*wanted, tag))
        return {};
    return Error{ErrorCode::Stale,
                 "If-Match wants " + std::string(*wanted) + ", and this is " + std::string(tag)};
}

Result<void> check_write(const http::Headers& headers, const model::Row& row) {
    const auto unwanted = headers.find("If-None-Match");
    if (!unwanted || !names_tag(*unwanted, entity_tag(row)))
        return {};
    return Error{ErrorCode::Stale,
                 "If-None-Match names what is there, which is " + entity_tag(row)};
}

}  // namespace xos::api
