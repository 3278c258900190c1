#include "http/listener.h"

#include "http/accepted_socket.h"
#include "http/connection.h"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/ip/address.hpp>
#include <sys/socket.h>

#include <chrono>
#include <string>
#include <utility>

namespace xos::http {
namespace {

namespace asio = boost::asio;
using Failure = boost::system::error_code;
using Executor = asio::io_context::executor_type;

/// How long to leave clients waiting when the system has no descriptor or memory for them.
constexpr Duration kPause{50};

Connection::Peer peer_of(const Socket& socket) {
    Failure failure;
    const auto endpoint = socket.remote_endpoint(failure);
    if (failure)
        return {};
    asio::ip::address address = endpoint.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    return {address.to_string(), endpoint.port()};
}

/// One try: a client over the limit gets no state here.
void turn_away(int socket) {
    static constexpr std::string_view kFull =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
        "Connection: close\r\n\r\n";
    [[maybe_unused]] const ssize_t sent =
        ::send(socket, kFull.data(), kFull.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace

class Listener::Acceptor {
public:
    explicit Acceptor(asio::io_context& context) : socket(context), pause(context) {}

    asio::basic_socket_acceptor<asio::ip::tcp, Executor> socket;
    asio::basic_waitable_timer<std::chrono::steady_clock,
                               asio::wait_traits<std::chrono::steady_clock>, Executor>
        pause;
};

Listener::Listener(std::shared_ptr<ServerShared> shared, Threads threads,
                   std::shared_ptr<TlsIdentity> identity)
    : shared_(std::move(shared)),
      threads_(std::move(threads)),
      identity_(std::move(identity)),
      acceptor_(std::make_unique<Acceptor>(threads_.front()->context())) {}

Listener::~Listener() = default;

Result<std::unique_ptr<Listener>> Listener::open(std::shared_ptr<ServerShared> shared,
                                                 Threads threads,
                                                 std::shared_ptr<TlsIdentity> identity) {
    auto made = std::unique_ptr<Listener>(
        new Listener(std::move(shared), std::move(threads), std::move(identity)));
    TRY(made->bind());
    return made;
}

Result<void> Listener::bind() {
    const Server::Options& options = shared_->options;
    const std::string where = options.address + " port " + std::to_string(options.port);
    Failure failure;
    const auto address = asio::ip::make_address(options.address, failure);
    if (failure)
        return Error{ErrorCode::Invalid,
                     "listen on \"" + options.address + "\": wants an IPv4 or IPv6 address"};
    const asio::ip::tcp::endpoint endpoint(address, options.port);
    auto& socket = acceptor_->socket;
    socket.open(endpoint.protocol(), failure);
    if (!failure)
        socket.set_option(asio::socket_base::reuse_address(true), failure);
    if (!failure)
        socket.bind(endpoint, failure);
    if (!failure)
        socket.listen(asio::socket_base::max_listen_connections, failure);
    if (failure)
        return Error{ErrorCode::Unavailable, "listen on " + where + ": " + failure.message()};
    return {};
}

std::uint16_t Listener::port() const {
    Failure failure;
    return acceptor_->socket.local_endpoint(failure).port();
}

void Listener::start() {
    accept_next();
}

void Listener::close() {
    Failure ignored;
    acceptor_->pause.cancel();
    acceptor_->socket.close(ignored);
}

void Listener::accept_next() {
    const std::shared_ptr<IoThread>& thread = threads_[next_];
    next_ = (next_ + 1) % threads_.size();
    acceptor_->socket.async_accept(thread->context(),
                                   [this, &thread](const Failure& failure, Socket socket) {
                                       if (!acceptor_->socket.is_open())
                                           return;
                                       if (failure)
                                           return accept_later();
                                       take(AcceptedSocket(std::move(socket)), thread);
                                       accept_next();
                                   });
}

void Listener::accept_later() {
    acceptor_->pause.expires_after(kPause);
    acceptor_->pause.async_wait([this](const Failure& failure) {
        if (!failure && acceptor_->socket.is_open())
            accept_next();
    });
}

void Listener::take(AcceptedSocket accepted, const std::shared_ptr<IoThread>& thread) {
    Socket& socket = accepted.socket;
    if (shared_->open.value() >= shared_->options.max_connections) {
        shared_->turned_away.fetch_add(1, std::memory_order_relaxed);
        if (identity_ == nullptr)
            turn_away(socket.native_handle());
        return;
    }
    Failure ignored;
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    shared_->accepted.fetch_add(1, std::memory_order_relaxed);
    shared_->open.add();
    Connection::Peer peer = peer_of(socket);
    auto transport = identity_ == nullptr ? make_plain_transport(std::move(accepted))
                                          : identity_->make_transport(std::move(accepted));
    auto connection =
        std::make_shared<Connection>(shared_, thread, std::move(transport), std::move(peer));
    thread->post([connection = std::move(connection)] { connection->start(); });
}

}  // namespace xos::http
