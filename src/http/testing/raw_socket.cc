#include "http/testing/raw_socket.h"

#include "base/check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdlib>

namespace xos::http {

RawSocket::RawSocket(std::uint16_t port) : RawSocket(port, 0) {}

RawSocket::RawSocket(std::uint16_t port, int receive_buffer)
    : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer > 0)
        ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    const timeval longest{10, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest);
    ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &longest, sizeof longest);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int failure =
        ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    XOS_CHECK(failure == 0, "nobody listens on the test's port");
}

RawSocket::~RawSocket() {
    ::close(descriptor_);
}

bool RawSocket::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

void RawSocket::end_sending() {
    ::shutdown(descriptor_, SHUT_WR);
}

bool RawSocket::fill() {
    char bytes[16384];
    const ssize_t count = ::recv(descriptor_, bytes, sizeof bytes, 0);
    if (count <= 0)
        return false;
    held_.append(bytes, static_cast<std::size_t>(count));
    return true;
}

std::string RawSocket::read_until(std::string_view end) {
    std::size_t at = held_.find(end);
    while (at == std::string::npos && fill())
        at = held_.find(end);
    const std::size_t size = at == std::string::npos ? held_.size() : at + end.size();
    std::string text = held_.substr(0, size);
    held_.erase(0, size);
    return text;
}

std::string RawSocket::read_answer() {
    std::string answer = read_until("\r\n\r\n");
    const auto at = answer.find("Content-Length: ");
    if (at == std::string::npos)
        return answer;
    const std::size_t length = std::strtoull(answer.c_str() + at + 16, nullptr, 10);
    while (held_.size() < length && fill()) {
    }
    answer += held_.substr(0, length);
    held_.erase(0, std::min(length, held_.size()));
    return answer;
}

std::string RawSocket::read_all() {
    while (fill()) {
    }
    std::string text;
    text.swap(held_);
    return text;
}

}  // namespace xos::http
