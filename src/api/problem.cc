#include "api/problem.h"

#include "base/check.h"
#include "base/json.h"

namespace xos::api {

namespace {

void write_problem(JsonWriter& writer, int status, const Error& error, std::string_view instance) {
    const std::string_view name = to_string(error.code());
    writer.begin_object();
    writer.member("type", "urn:xos:problem:" + std::string(name));
    writer.member("title", http::reason_phrase(status));
    writer.member("status", status);
    writer.member("detail", error.message());
    writer.member("instance", instance);
    writer.member("error", name);
    writer.member("specific_error", error.message());
    writer.name("fields");
    writer.begin_object();
    std::string_view last;
    for (const ErrorDetail& detail : error.details()) {
        // One field may have several mistakes in a row; the first is the one to mend first.
        if (detail.field != last)
            writer.member(detail.field, detail.message);
        last = detail.field;
    }
    writer.end_object();
    writer.end_object();
}

}  // namespace

int status_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::Malformed: return 400;
        case ErrorCode::Unauthenticated: return 401;
        case ErrorCode::PermissionDenied: return 403;
        case ErrorCode::NotFound: return 404;
        case ErrorCode::Conflict: return 409;
        case ErrorCode::Gone: return 410;
        case ErrorCode::Stale: return 412;
        case ErrorCode::TooLarge: return 413;
        case ErrorCode::Invalid: return 422;
        case ErrorCode::Throttled: return 429;
        case ErrorCode::Internal: return 500;
        case ErrorCode::Unavailable: return 503;
    }
    XOS_CHECK(false, "error code outside its enumeration");
}

http::Response problem(const Error& error, std::string_view instance) {
    http::Response response;
    response.status = status_of(error.code());
    response.headers.add("Content-Type", kProblemType);
    if (error.retryable())
        response.headers.add("Retry-After", "1");
    std::string text;
    JsonWriter writer(text);
    write_problem(writer, response.status, error, instance);
    response.body = std::move(text);
    return response;
}

std::string problem_text(int status, std::string_view detail, std::string_view instance) {
    std::string text;
    JsonWriter writer(text);
    write_problem(writer, status, Error{http::error_code_of(status), std::string(detail)},
                  instance);
    return text;
}

Error mistakes_error(ErrorCode code, std::vector<ErrorDetail> mistakes) {
    std::string message = mistakes[0].field.empty() ? mistakes[0].message
                                                    : mistakes[0].field + " " + mistakes[0].message;
    if (mistakes.size() > 1)
        message += " (and " + std::to_string(mistakes.size() - 1) + " more)";
    return Error{code, std::move(message), std::move(mistakes)};
}

}  // namespace xos::api
