#include "http/answer_head.h"

#include <charconv>

namespace xos::http {
namespace {

void append_number(std::string& to, std::uint64_t number) {
    char text[20];
    const auto end = std::to_chars(text, text + sizeof text, number).ptr;
    to.append(text, end);
}

void append_status_line(std::string& to, int status) {
    if (status == 200) {
        to += "HTTP/1.1 200 OK\r\n";
        return;
    }
    to += "HTTP/1.1 ";
    append_number(to, static_cast<std::uint64_t>(status));
    to += ' ';
    to += reason_phrase(status);
    to += "\r\n";
}

}  // namespace

bool allows_body(int status) {
    return status >= 200 && status != 204 && status != 304;
}

void append_head(std::string& to, const Response& response, const AnswerHead& head) {
    append_status_line(to, response.status);
    to += "Date: ";
    to += head.date;
    to += "\r\n";
    to += response.headers.lines();
    if (head.ending == Ending::Chunked) {
        to += "Transfer-Encoding: chunked\r\n";
    } else if (head.ending == Ending::Length && allows_body(response.status)) {
        to += "Content-Length: ";
        append_number(to, size_of(response.body));
        to += "\r\n";
    }
    if (head.persistence == Persistence::Last)
        to += "Connection: close\r\n";
    else if (head.http_1_0)
        to += "Connection: keep-alive\r\n";
    to += "\r\n";
}

}  // namespace xos::http
