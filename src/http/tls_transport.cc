#include "http/accepted_socket.h"
#include "http/transport.h"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <utility>

namespace xos::http {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using Failure = boost::system::error_code;

/// So many bytes are put together for one write; a few TLS records.
constexpr std::size_t kMostAtOnce = 64U << 10U;

class TlsTransport final : public Transport {
public:
    /// `identity` is kept: the context must outlive the stream.
    TlsTransport(Socket socket, ssl::context& context, std::shared_ptr<TlsIdentity> identity)
        : identity_(std::move(identity)), stream_(std::move(socket), context) {}

    void start(std::shared_ptr<User> user) override {
        stream_.async_handshake(
            ssl::stream_base::server,
            [user = std::move(user)](const Failure& failure) { user->on_ready(!failure); });
    }

    void read(std::span<char> to, std::shared_ptr<User> user) override {
        stream_.async_read_some(asio::buffer(to.data(), to.size()),
                                [user = std::move(user)](const Failure& failure, std::size_t n) {
                                    user->on_read(failure ? 0 : n);
                                });
    }

    std::optional<std::size_t> try_write(Pieces) override { return 0; }

    void write(Pieces pieces, std::shared_ptr<User> user) override {
        // TLS takes one buffer a record: head and body in two would be two packets.
        std::string().swap(out_);  // Idle connections keep no memory for it.
        for (const std::string_view piece : pieces) {
            out_ += piece.substr(0, kMostAtOnce - out_.size());
            if (out_.size() == kMostAtOnce)
                break;
        }
        asio::async_write(stream_, asio::buffer(out_),
                          [user = std::move(user)](const Failure& failure, std::size_t count) {
                              user->on_written(failure ? std::nullopt : std::optional(count));
                          });
    }

    void end_sending() override {
        Failure ignored;
        stream_.next_layer().shutdown(Socket::shutdown_send, ignored);
    }

    void close() override {
        Failure ignored;
        stream_.next_layer().close(ignored);
    }

private:
    const std::shared_ptr<TlsIdentity> identity_;
    ssl::stream<Socket> stream_;
    std::string out_;
};

class LoadedIdentity final : public TlsIdentity,
                             public std::enable_shared_from_this<LoadedIdentity> {
public:
    Result<void> load(const std::string& certificate, const std::string& key) {
        Failure failure;
        context_.set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                                 ssl::context::no_sslv3 | ssl::context::no_tlsv1 |
                                 ssl::context::no_tlsv1_1 | ssl::context::no_compression,
                             failure);
        SSL_CTX_set_mode(context_.native_handle(), SSL_MODE_RELEASE_BUFFERS);
        SSL_CTX_set_options(context_.native_handle(), SSL_OP_NO_RENEGOTIATION);
        context_.use_certificate_chain_file(certificate, failure);
        if (failure)
            return Error{ErrorCode::Invalid,
                         "certificate \"" + certificate + "\": " + failure.message()};
        context_.use_private_key_file(key, ssl::context::pem, failure);
        if (failure || SSL_CTX_check_private_key(context_.native_handle()) != 1)
            return Error{ErrorCode::Invalid,
                         "key \"" + key + "\": " +
                             (failure ? failure.message() : "does not fit the certificate")};
        return {};
    }

    std::unique_ptr<Transport> make_transport(AcceptedSocket socket) override {
        return std::make_unique<TlsTransport>(std::move(socket.socket), context_,
                                              shared_from_this());
    }

private:
    ssl::context context_{ssl::context::tls_server};
};

}  // namespace

Result<std::shared_ptr<TlsIdentity>> TlsIdentity::load(const std::string& certificate,
                                                       const std::string& key) {
    auto identity = std::make_shared<LoadedIdentity>();
    TRY(identity->load(certificate, key));
    return std::shared_ptr<TlsIdentity>(std::move(identity));
}

}  // namespace xos::http
