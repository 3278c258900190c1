#pragma once

#include "http/message.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace xos::http {

/// How the end of an answer is told.
enum class Ending : std::uint8_t {
    Length,   ///< By Content-Length.
    Chunked,  ///< By the last chunk.
    Close,    ///< By the end of the connection.
};
enum class Persistence : std::uint8_t { KeepAlive, Last };

struct AnswerHead {
    std::string_view date;
    Ending ending = Ending::Length;
    Persistence persistence = Persistence::KeepAlive;
    bool http_1_0 = false;
};

/// Whether answers with `status` have a body at all.
bool allows_body(int status);

/// Appends the status line and all headers of `response` with the empty line after them.
void append_head(std::string& to, const Response& response, const AnswerHead& head);

}  // namespace xos::http
