#include "api/problem.h"

#include "base/check.h"
#include "base/json.h"

#include <set>

namespace xos::api {

namespace {

void write_fields(JsonWriter& writer, const Error& error) {
    writer.name("fields");
    writer.begin_object();
    std::set<std::string_view> written;
    for (const ErrorDetail& detail : error.details()) {
        // One field may have several mistakes; the first is the one to mend first.
        if (written.insert(detail.field).second)
            writer.member(detail.field, detail.message);
    }
    writer.end_object();
}

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
    write_fields(writer, error);
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

void write_result(JsonWriter& writer, const kernel::Outcome& outcome, std::size_t at,
                  std::string_view name) {
    writer.begin_object();
    writer.name("id");
    if (outcome.ids[at].value == 0)
        writer.null();
    else
        writer.value(outcome.ids[at].value);
    if (!name.empty())
        writer.member("as", name);
    if (at < outcome.refusals.size() && outcome.refusals[at]) {
        const Error& refusal = *outcome.refusals[at];
        writer.member("status", status_of(refusal.code()));
        writer.member("error", to_string(refusal.code()));
        writer.member("detail", refusal.message());
        write_fields(writer, refusal);
    }
    writer.end_object();
}

Error mistakes_error(ErrorCode code, std::vector<ErrorDetail> mistakes) {
    std::string message = mistakes[0].sentence();
    if (mistakes.size() > 1)
        message += " (and " + std::to_string(mistakes.size() - 1) + " more)";
    return Error{code, std::move(message), std::move(mistakes)};
}

}  // namespace xos::api
