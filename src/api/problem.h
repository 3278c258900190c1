#pragma once

#include "base/error.h"
#include "http/message.h"
#include "kernel/transaction.h"

#include <string>
#include <string_view>
#include <vector>

namespace xos {
class JsonWriter;
}

namespace xos::api {

/// The HTTP status of an error, by the table of the API.
int status_of(ErrorCode code);

/// The answer that says what went wrong, as application/problem+json. `instance` is the path of the
/// request.
http::Response problem(const Error& error, std::string_view instance);

/// The same for a status of HTTP itself, such as 405, or 400 for a request that cannot be read.
std::string problem_text(int status, std::string_view detail, std::string_view instance);

/// Writes what came of one operation: the id of its object (null when it was refused), and the
/// refusal.
void write_result(JsonWriter& writer, const kernel::Outcome& outcome, std::size_t at,
                  std::string_view name = "");

/// One error for all mistakes of a request: the first as message, all as details.
Error mistakes_error(ErrorCode code, std::vector<ErrorDetail> mistakes);

inline constexpr std::string_view kProblemType = "application/problem+json";

}  // namespace xos::api
