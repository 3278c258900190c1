#include "http/channel.h"

#include "http/channel_tls.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <limits>
#include <system_error>
#include <utility>

namespace xos::http {
namespace {

Error unavailable(std::string_view what) {
    return {ErrorCode::Unavailable, std::string(what)};
}

Error unavailable(int number) {
    return unavailable(std::generic_category().message(number));
}

struct FreeAddresses {
    void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Result<Addresses> resolve(const Url& url) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const std::string port = std::to_string(url.port);
    // An address needs no question to anybody.
    hints.ai_flags = AI_NUMERICSERV | AI_NUMERICHOST;
    if (::getaddrinfo(url.host.c_str(), port.c_str(), &hints, &found) == 0)
        return Addresses(found);
    hints.ai_flags = AI_NUMERICSERV;
    const int failure = ::getaddrinfo(url.host.c_str(), port.c_str(), &hints, &found);
    if (failure != 0)
        return unavailable(::gai_strerror(failure));
    return Addresses(found);
}

std::chrono::steady_clock::time_point deadline_in(Duration timeout) {
    const auto now = std::chrono::steady_clock::now();
    return timeout > std::chrono::hours(24) ? now + std::chrono::hours(24) : now + timeout;
}

int milliseconds_until(std::chrono::steady_clock::time_point deadline) {
    // Rounded up, or the last millisecond would be spent turning.
    const auto left =
        std::chrono::ceil<Duration>(deadline - std::chrono::steady_clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max()));
}

}  // namespace

Channel::Channel(int descriptor, const Interrupter* interrupter)
    : descriptor_(descriptor), interrupter_(interrupter) {}

Channel::~Channel() {
    tls_.reset();
    ::close(descriptor_);
}

Result<std::unique_ptr<Channel>> Channel::connect(const Setup& setup) {
    const std::string where = "connect to " + setup.url.scheme + "://" + setup.url.authority();
    auto addresses = resolve(setup.url);
    if (!addresses)
        return std::move(addresses).error().in(where);
    Error last = unavailable("the name has no address");
    for (const addrinfo* at = addresses->get(); at != nullptr; at = at->ai_next) {
        const int descriptor =
            ::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (descriptor < 0) {
            last = unavailable(errno);
            continue;
        }
        std::unique_ptr<Channel> channel(new Channel(descriptor, setup.interrupter));
        const int one = 1;
        ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        ::setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
        if (::connect(descriptor, at->ai_addr, at->ai_addrlen) != 0 && errno != EINPROGRESS) {
            last = unavailable(errno);
            continue;
        }
        Result<void> connected = channel->finish_connect(setup.timeout);
        if (connected && setup.url.scheme == "https")
            connected = channel->shake_hands(setup);
        if (connected)
            return channel;
        last = std::move(connected).error();
    }
    return std::move(last).in(where);
}

Result<void> Channel::finish_connect(Duration timeout) {
    if (TRY(wait(POLLOUT, timeout)) == Readiness::TimedOut)
        return unavailable("no answer in time");
    int failure = 0;
    socklen_t size = sizeof failure;
    ::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &failure, &size);
    if (failure != 0)
        return unavailable(failure);
    return {};
}

Result<void> Channel::shake_hands(const Setup& setup) {
    if (setup.trust == nullptr)
        return Error{ErrorCode::Internal, "https without certificates to trust"};
    tls_ = TRY(Tls::create(*setup.trust, descriptor_, setup.url.host));
    while (true) {
        const Tls::Wants wants = tls_->connect();
        if (wants == Tls::Wants::Nothing)
            return {};
        if (wants == Tls::Wants::Failed || wants == Tls::Wants::Ended)
            return unavailable("TLS: " + tls_->failure());
        const short events = wants == Tls::Wants::Write ? POLLOUT : POLLIN;
        if (TRY(wait(events, setup.timeout)) == Readiness::TimedOut)
            return unavailable("TLS: no answer in time");
    }
}

Result<Channel::Readiness> Channel::wait(short events, Duration timeout) const {
    const auto deadline = deadline_in(timeout);
    while (true) {
        pollfd entries[2] = {{descriptor_, events, 0},
                             {interrupter_ ? interrupter_->descriptor() : -1, POLLIN, 0}};
        const int count = ::poll(entries, 2, milliseconds_until(deadline));
        if (count < 0 && errno != EINTR)
            return unavailable(errno);
        if (count > 0 && entries[1].revents != 0)
            return unavailable("interrupted");
        if (count > 0)
            return Readiness::Ready;
        if (count == 0)
            return Readiness::TimedOut;
    }
}

Result<std::optional<std::size_t>> Channel::read(std::span<char> to, Duration timeout) {
    if (interrupter_ != nullptr && interrupter_->is_raised())
        return unavailable("interrupted");
    while (true) {
        short events = POLLIN;
        if (tls_ == nullptr) {
            const ssize_t count = ::recv(descriptor_, to.data(), to.size(), 0);
            if (count >= 0)
                return std::optional(static_cast<std::size_t>(count));
            if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
                return unavailable(errno);
        } else {
            std::size_t count = 0;
            const Tls::Wants wants = tls_->read(to, count);
            if (wants == Tls::Wants::Nothing || wants == Tls::Wants::Ended)
                return std::optional(count);
            if (wants == Tls::Wants::Failed)
                return unavailable("TLS: " + tls_->failure());
            events = wants == Tls::Wants::Write ? POLLOUT : POLLIN;
        }
        if (TRY(wait(events, timeout)) == Readiness::TimedOut)
            return std::optional<std::size_t>();
    }
}

Result<std::size_t> Channel::write(std::string_view bytes, Duration timeout) {
    if (interrupter_ != nullptr && interrupter_->is_raised())
        return unavailable("interrupted");
    while (true) {
        short events = POLLOUT;
        if (tls_ == nullptr) {
            const ssize_t count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count >= 0)
                return static_cast<std::size_t>(count);
            if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
                return unavailable(errno);
        } else {
            std::size_t count = 0;
            const Tls::Wants wants = tls_->write(bytes, count);
            if (wants == Tls::Wants::Nothing)
                return count;
            if (wants == Tls::Wants::Failed || wants == Tls::Wants::Ended)
                return unavailable("TLS: " + tls_->failure());
            events = wants == Tls::Wants::Read ? POLLIN : POLLOUT;
        }
        if (TRY(wait(events, timeout)) == Readiness::TimedOut)
            return unavailable("the server takes no more");
    }
}

bool Channel::is_readable() const {
    // With TLS, bytes of the protocol itself may lie on the socket.
    if (tls_ != nullptr)
        return tls_->peek() != Tls::Wants::Read;
    pollfd entry{descriptor_, POLLIN, 0};
    return ::poll(&entry, 1, 0) > 0;
}

}  // namespace xos::http
