#include "http/answer.h"

#include <utility>

namespace xos::http {
namespace {

constexpr std::size_t kRead = 64U << 10U;
constexpr std::size_t kMost = 320U << 10U;

}  // namespace

/// Goes on with what is there, or else with more, or the end.
Result<Answer::Fill> Answer::fill(Duration timeout) {
    if (!parse()) {
        const auto room = input_.room(kRead, kMost);
        if (room.empty())
            return Error{ErrorCode::Malformed, "the head of the answer or of a chunk is too long"};
        const auto count = TRY(channel_->read(room, timeout));
        if (!count)
            return Fill::Nothing;
        begun_ = begun_ || *count > 0;
        input_.commit(*count);
        if (*count > 0) {
            parse();
        } else {
            parser_.put_end();
            if (parser_.state() == ResponseParser::State::Failed)
                return Error{ErrorCode::Unavailable, "the server closed the connection"};
        }
    }
    if (parser_.state() == ResponseParser::State::Failed)
        return Error{ErrorCode::Malformed, "the answer cannot be read: " + parser_.failure()};
    return Fill::Some;
}

/// Whether anything came of the bytes that are there.
bool Answer::parse() {
    if (input_.is_empty())
        return false;
    const std::size_t taken = parser_.put(input_.view());
    input_.consume(taken);
    return taken > 0 || parser_.state() == ResponseParser::State::Failed;
}

Result<void> Answer::read_head(Duration timeout) {
    while (parser_.state() == ResponseParser::State::Head) {
        const Fill fill = TRY(this->fill(timeout));
        if (fill == Fill::Nothing)
            return Error{ErrorCode::Unavailable, "the server did not answer in time"};
    }
    return {};
}

Result<std::optional<std::string>> Answer::read_some(Duration timeout) {
    while (true) {
        std::string piece = parser_.take_body();
        if (!piece.empty() || parser_.state() == ResponseParser::State::Done)
            return std::optional(std::move(piece));
        const Fill fill = TRY(this->fill(timeout));
        if (fill == Fill::Nothing)
            return std::optional<std::string>();
    }
}

std::unique_ptr<Channel> Answer::release() {
    if (!parser_.keep_alive() || !input_.is_empty())
        return nullptr;
    return std::move(channel_);
}

}  // namespace xos::http
