#include "http/message.h"

namespace xos::http {

const std::string* Request::find_parameter(std::string_view name) const {
    for (const auto& [key, value] : query)
        if (key == name)
            return &value;
    return nullptr;
}

std::uint64_t size_of(const Body& body) {
    if (const auto* text = std::get_if<std::string>(&body))
        return text->size();
    if (const auto* shared = std::get_if<std::shared_ptr<const std::string>>(&body))
        return *shared ? (*shared)->size() : 0;
    return std::get<FileRange>(body).size();
}

std::string_view text_of(const Body& body) {
    if (const auto* text = std::get_if<std::string>(&body))
        return *text;
    const auto* shared = std::get_if<std::shared_ptr<const std::string>>(&body);
    return shared != nullptr && *shared ? std::string_view(**shared) : std::string_view{};
}

std::string_view reason_phrase(int status) {
    switch (status) {
        case 100: return "Continue";
        case 200: return "OK";
        case 201: return "Created";
        case 202: return "Accepted";
        case 204: return "No Content";
        case 206: return "Partial Content";
        case 301: return "Moved Permanently";
        case 302: return "Found";
        case 303: return "See Other";
        case 304: return "Not Modified";
        case 307: return "Temporary Redirect";
        case 308: return "Permanent Redirect";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 406: return "Not Acceptable";
        case 408: return "Request Timeout";
        case 409: return "Conflict";
        case 410: return "Gone";
        case 411: return "Length Required";
        case 412: return "Precondition Failed";
        case 413: return "Content Too Large";
        case 414: return "URI Too Long";
        case 415: return "Unsupported Media Type";
        case 416: return "Range Not Satisfiable";
        case 417: return "Expectation Failed";
        case 422: return "Unprocessable Content";
        case 428: return "Precondition Required";
        case 429: return "Too Many Requests";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 501: return "Not Implemented";
        case 503: return "Service Unavailable";
        case 505: return "HTTP Version Not Supported";
        default: return "";
    }
}

ErrorCode error_code_of(int status) {
    switch (status) {
        case 401: return ErrorCode::Unauthenticated;
        case 403: return ErrorCode::PermissionDenied;
        case 404: return ErrorCode::NotFound;
        case 409: return ErrorCode::Conflict;
        case 410: return ErrorCode::Gone;
        case 412: return ErrorCode::Stale;
        case 413: return ErrorCode::TooLarge;
        case 422: return ErrorCode::Invalid;
        case 429: return ErrorCode::Throttled;
        case 502:
        case 503:
        case 504: return ErrorCode::Unavailable;
        default: return status >= 500 ? ErrorCode::Internal : ErrorCode::Malformed;
    }
}

std::string format_event(const Event& event) {
    std::string out;
    out.reserve(event.data.size() + event.id.size() + event.event.size() + 32);
    if (!event.id.empty())
        out += "id: " + event.id + "\n";
    if (!event.event.empty())
        out += "event: " + event.event + "\n";
    std::string_view rest = event.data;
    while (true) {
        // A reader takes CR, LF and CR LF each for the end of a line.
        const auto end = rest.find_first_of("\r\n");
        out += "data: ";
        out += rest.substr(0, end);
        out += '\n';
        if (end == std::string_view::npos)
            break;
        rest.remove_prefix(end + (rest.substr(end, 2) == "\r\n" ? 2 : 1));
    }
    out += '\n';
    return out;
}

}  // namespace xos::http
