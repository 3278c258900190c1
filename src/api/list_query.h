#pragma once

#include "api/reader.h"
#include "http/url.h"
#include "model/query.h"

#include <memory>
#include <string>

namespace xos::api {

/// What the query parameters of a list ask for.
struct ListQuery {
    model::Query query;
    Projection projection;
    bool explain = false;
};

/// Reads the parameters of a list of `type`; `reader` must live as long as the result. Invalid with
/// all mistakes, each with its parameter.
Result<ListQuery> parse_list(const Reader& reader, const schema::Type& type,
                             const http::Query& parameters);

/// The parameters of one object: fields, expand and reverse; others in `also` are left alone.
Result<Projection> parse_projection(const schema::Schema& schema, const schema::Type& type,
                                    const http::Query& parameters,
                                    std::span<const std::string_view> also);

}  // namespace xos::api
