#pragma once

#include "http/url.h"
#include "shell/catalog.h"

#include <string>
#include <vector>

namespace xos::shell {

/// What stands on a command line about the fields of one type. Everything that is wrong with it is
/// told at once.

/// The fields that "FIELD=VALUE" words set, as the API takes them.
Result<Json> parse_fields(const Catalog& catalog, const schema::Type& type,
                          const std::vector<std::string>& words);

/// Filters of a list: links are given by natural key, the rest is the API's.
Result<http::Query> parse_filters(const Catalog& catalog, const schema::Type& type,
                                  const std::vector<std::string>& words);

/// The fields called by names with commas; "id" is nullptr.
Result<std::vector<const schema::Field*>> parse_columns(const schema::Type& type,
                                                        const std::string& names);

/// What the server says of fields, with their names as they stand on a command line.
Error in_words_of(const schema::Type& type, const Error& error);

/// One error of several mistakes, at least one.
Error mistakes_error(std::vector<ErrorDetail> mistakes);

}  // namespace xos::shell
