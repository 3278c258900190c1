#include "http/event_stream.h"

#include "http/answer.h"

#include <chrono>
#include <deque>
#include <string>
#include <string_view>
#include <utility>

namespace xos::http {
namespace {

constexpr std::size_t kLongestEvent = 64U << 20U;

}  // namespace

/// Makes events of the lines of a stream.
class EventStream::Parser {
public:
    /// False when an event is too long.
    bool put(std::string_view text);
    std::optional<Event> take();

private:
    void end_line();
    void end_event();

    std::string line_;
    bool after_cr_ = false;
    bool has_data_ = false;
    Event event_;
    std::string last_id_;
    std::deque<Event> ready_;
};

bool EventStream::Parser::put(std::string_view text) {
    while (!text.empty()) {
        if (std::exchange(after_cr_, false) && text.front() == '\n') {
            text.remove_prefix(1);
            continue;
        }
        const auto end = text.find_first_of("\r\n");
        line_ += text.substr(0, end);
        if (line_.size() + event_.data.size() > kLongestEvent)
            return false;
        if (end == std::string_view::npos)
            return true;
        after_cr_ = text[end] == '\r';
        text.remove_prefix(end + 1);
        end_line();
        line_.clear();
    }
    return true;
}

void EventStream::Parser::end_line() {
    const std::string_view line = line_;
    if (line.empty())
        return end_event();
    const std::string_view name = line.substr(0, line.find(':'));
    std::string_view value = line.substr(std::min(name.size() + 1, line.size()));
    if (value.starts_with(' '))
        value.remove_prefix(1);
    if (name == "data") {
        if (std::exchange(has_data_, true))
            event_.data += '\n';
        event_.data += value;
    } else if (name == "event") {
        event_.event = value;
    } else if (name == "id" && value.find('\0') == std::string_view::npos) {
        last_id_ = value;
    }
}

void EventStream::Parser::end_event() {
    Event event = std::exchange(event_, {});
    if (!std::exchange(has_data_, false))
        return;
    event.id = last_id_;
    if (event.event.empty())
        event.event = "message";
    ready_.push_back(std::move(event));
}

std::optional<Event> EventStream::Parser::take() {
    if (ready_.empty())
        return std::nullopt;
    Event event = std::move(ready_.front());
    ready_.pop_front();
    return event;
}

EventStream::EventStream(std::unique_ptr<Answer> answer)
    : answer_(std::move(answer)), parser_(std::make_unique<Parser>()) {}

EventStream::~EventStream() = default;

Result<std::optional<Event>> EventStream::next(Duration timeout) {
    const auto start = std::chrono::steady_clock::now();
    while (true) {
        if (answer_->interrupter.is_raised())
            return Error{ErrorCode::Unavailable, "the event stream was closed"};
        if (auto event = parser_->take())
            return event;
        const auto passed =
            std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - start);
        const auto piece = TRY(answer_->read_some(std::max(Duration(0), timeout - passed)));
        if (!piece)
            return std::optional<Event>();
        if (piece->empty())
            return Error{ErrorCode::Unavailable, "the event stream has ended"};
        if (!parser_->put(*piece))
            return Error{ErrorCode::TooLarge, "an event is longer than 64 MiB"};
    }
}

void EventStream::close() {
    answer_->interrupter.raise();
}

}  // namespace xos::http
