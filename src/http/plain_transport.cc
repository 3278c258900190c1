#include "http/accepted_socket.h"
#include "http/transport.h"

#include <boost/asio/buffer.hpp>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

namespace xos::http {
namespace {

namespace asio = boost::asio;
using Failure = boost::system::error_code;

class PlainTransport final : public Transport {
public:
    explicit PlainTransport(Socket socket) : socket_(std::move(socket)) {}

    void start(std::shared_ptr<User> user) override { user->on_ready(true); }

    void read(std::span<char> to, std::shared_ptr<User> user) override {
        socket_.async_read_some(asio::buffer(to.data(), to.size()),
                                [user = std::move(user)](const Failure& failure, std::size_t n) {
                                    user->on_read(failure ? 0 : n);
                                });
    }

    std::optional<std::size_t> try_write(Pieces pieces) override {
        // Straight to the system: Asio would put even a write that is done at once through its
        // queue.
        constexpr std::size_t kMostPieces = 64;
        iovec parts[kMostPieces];
        const std::size_t count = std::min(pieces.size(), kMostPieces);
        for (std::size_t i = 0; i < count; ++i)
            parts[i] = {const_cast<char*>(pieces[i].data()), pieces[i].size()};
        msghdr message{};
        message.msg_iov = parts;
        message.msg_iovlen = count;
        while (true) {
            const ssize_t sent =
                ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent >= 0)
                return static_cast<std::size_t>(sent);
            if (errno == EAGAIN || errno == EWOULDBLOCK)
                return 0;
            if (errno != EINTR)
                return std::nullopt;
        }
    }

    void write(Pieces pieces, std::shared_ptr<User> user) override {
        waiting_.assign(pieces.begin(), pieces.end());
        socket_.async_wait(Socket::wait_write,
                           [this, user = std::move(user)](const Failure& failure) {
                               user->on_written(failure ? std::nullopt : try_write(waiting_));
                           });
    }

    void end_sending() override {
        Failure ignored;
        socket_.shutdown(Socket::shutdown_send, ignored);
    }

    void close() override {
        Failure ignored;
        socket_.close(ignored);
    }

private:
    Socket socket_;
    std::vector<std::string_view> waiting_;
};

}  // namespace

std::unique_ptr<Transport> make_plain_transport(AcceptedSocket socket) {
    return std::make_unique<PlainTransport>(std::move(socket.socket));
}

}  // namespace xos::http
