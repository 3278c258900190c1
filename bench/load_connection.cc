#include "bench/load_connection.h"

#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

namespace xos::bench {

namespace {

Error system_error(const char* what) {
    return Error(ErrorCode::Unavailable, std::string(what) + ": " + std::strerror(errno));
}

bool has_no_body(int status) {
    return status == 204 || status == 304;
}

/// The value of the header Content-Length in `head`.
Result<std::size_t> read_length(std::string_view head) {
    constexpr std::string_view kName = "\r\ncontent-length:";
    for (std::size_t at = head.find("\r\n"); at != head.npos; at = head.find("\r\n", at + 2)) {
        if (head.size() < at + kName.size() ||
            ::strncasecmp(head.data() + at, kName.data(), kName.size()) != 0)
            continue;
        const char* text = head.data() + at + kName.size();
        while (*text == ' ')
            ++text;
        std::size_t length = 0;
        if (std::from_chars(text, head.data() + head.size(), length).ec == std::errc())
            return length;
    }
    return Error(ErrorCode::Malformed, "an answer has no Content-Length");
}

}  // namespace

void Template::append(std::string& to, std::uint64_t number) const {
    to += pieces.front();
    for (std::size_t i = 1; i < pieces.size(); ++i) {
        to += std::to_string(number);
        to += pieces[i];
    }
}

Connection::~Connection() {
    if (socket_ >= 0)
        ::close(socket_);
}

Result<void> Connection::open() {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_ < 0)
        return system_error("socket");
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&server_), sizeof server_) != 0)
        return system_error("connect");
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return {};
}

Result<Connection::Progress> Connection::begin(const Template& request, std::uint64_t number) {
    out_.clear();
    request.append(out_, number);
    sent_ = 0;
    in_.clear();
    whole_ = 0;
    began_ = Clock::now();
    return write();
}

Result<Connection::Progress> Connection::proceed() {
    return sent_ < out_.size() ? write() : read();
}

Result<Connection::Progress> Connection::write() {
    while (sent_ < out_.size()) {
        const ssize_t count =
            ::send(socket_, out_.data() + sent_, out_.size() - sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count < 0 && errno == EAGAIN)
            return Progress::WaitsToWrite;
        if (count < 0)
            return system_error("send");
        sent_ += static_cast<std::size_t>(count);
    }
    return Progress::WaitsToRead;
}

Result<Connection::Progress> Connection::read() {
    // To the end of what is there: the caller hears only of what comes after that.
    while (true) {
        const ssize_t count = ::recv(socket_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
        if (count < 0 && errno == EAGAIN)
            return Progress::WaitsToRead;
        if (count < 0)
            return system_error("recv");
        if (count == 0)
            return Error(ErrorCode::Unavailable, "the server closed a connection");
        in_.append(buffer_.data(), static_cast<std::size_t>(count));
        if (TRY(take_answer()))
            return Progress::Answered;
    }
}

Result<bool> Connection::take_answer() {
    if (whole_ == 0) {
        const std::size_t end = in_.find("\r\n\r\n");
        if (end == std::string::npos)
            return false;
        const std::string_view head = std::string_view(in_).substr(0, end + 2);
        if (!head.starts_with("HTTP/1.1 ") || head.size() < 12)
            return Error(ErrorCode::Malformed, "an answer is no HTTP/1.1");
        answer_.status = (head[9] - '0') * 100 + (head[10] - '0') * 10 + (head[11] - '0');
        whole_ = end + 4 + (has_no_body(answer_.status) ? 0 : TRY(read_length(head)));
    }
    if (in_.size() < whole_)
        return false;
    answer_.took = Clock::now() - began_;
    answer_.bytes = whole_;
    answer_.text = in_;
    return true;
}

}  // namespace xos::bench
