#include "api/testing/answers.h"

#include "http/testing/wait_until.h"

#include <algorithm>

namespace xos::api {

std::string text_of(std::int64_t id) {
    return std::to_string(id);
}

const Json& Answer::operator[](std::string_view name) const {
    static const Json nothing;
    const Json* member = json.find(name);
    return member ? *member : nothing;
}

http::Event Events::next() {
    std::size_t end = std::string::npos;
    http::wait_until([&] {
        text_ += exchange_->take_streamed();
        end = text_.find("\n\n");
        return end != std::string::npos || exchange_->stream_has_ended();
    });
    http::Event event;
    if (end == std::string::npos)
        return event;
    const std::string one = text_.substr(0, end);
    text_.erase(0, end + 2);
    for (std::size_t at = 0; at < one.size();) {
        const std::size_t stop = std::min(one.find('\n', at), one.size());
        const std::string line = one.substr(at, stop - at);
        const std::size_t colon = line.find(": ");
        const std::string value = colon == std::string::npos ? "" : line.substr(colon + 2);
        if (line.starts_with("id"))
            event.id = value;
        else if (line.starts_with("event"))
            event.event = value;
        else if (line.starts_with("data"))
            event.data += value;
        at = stop + 1;
    }
    return event;
}

bool Events::is_empty() {
    text_ += exchange_->take_streamed();
    return text_.empty();
}

}  // namespace xos::api
