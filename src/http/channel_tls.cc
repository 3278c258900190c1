#include "http/channel_tls.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace xos::http {
namespace {

/// OpenSSL's own socket writes with write(2), and a server that has left would end the process.
int write_without_signal(BIO* bio, const char* bytes, int length) {
    int descriptor = -1;
    BIO_get_fd(bio, &descriptor);
    BIO_clear_retry_flags(bio);
    const auto sent = ::send(descriptor, bytes, static_cast<std::size_t>(length), MSG_NOSIGNAL);
    if (sent < 0 && BIO_sock_should_retry(static_cast<int>(sent)) != 0)
        BIO_set_retry_write(bio);
    return static_cast<int>(sent);
}

BIO_METHOD* make_socket_method() {
    const BIO_METHOD* socket = BIO_s_socket();
    BIO_METHOD* method = BIO_meth_new(BIO_TYPE_SOCKET, "xos socket");
    if (method == nullptr)
        return nullptr;
    BIO_meth_set_write(method, write_without_signal);
    BIO_meth_set_read(method, BIO_meth_get_read(socket));
    BIO_meth_set_ctrl(method, BIO_meth_get_ctrl(socket));
    BIO_meth_set_create(method, BIO_meth_get_create(socket));
    BIO_meth_set_destroy(method, BIO_meth_get_destroy(socket));
    return method;
}

std::string last_error() {
    const unsigned long code = ERR_get_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    ERR_clear_error();
    return reason == nullptr ? "connection broken" : reason;
}

bool is_address(const std::string& host) {
    unsigned char bytes[16];
    return ::inet_pton(AF_INET, host.c_str(), bytes) == 1 ||
           ::inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

}  // namespace

TlsTrust::TlsTrust(std::unique_ptr<Context> context) : context_(std::move(context)) {}

TlsTrust::~TlsTrust() = default;

std::unique_ptr<TlsTrust> TlsTrust::make_blind() {
    auto made = std::make_unique<Context>();
    made->context.reset(SSL_CTX_new(TLS_client_method()));
    made->socket.reset(make_socket_method());
    made->verifies = false;
    if (made->context != nullptr) {
        SSL_CTX_set_min_proto_version(made->context.get(), TLS1_2_VERSION);
        SSL_CTX_set_mode(made->context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE);
    }
    return std::unique_ptr<TlsTrust>(new TlsTrust(std::move(made)));
}

Result<std::unique_ptr<TlsTrust>> TlsTrust::load(const std::string& authorities) {
    auto trust = make_blind();
    SSL_CTX* const context = trust->context_->context.get();
    trust->context_->verifies = true;
    if (context == nullptr)
        return Error{ErrorCode::Internal, "TLS: " + last_error()};
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    const bool loaded = authorities.empty() ? SSL_CTX_set_default_verify_paths(context) == 1
                                            : SSL_CTX_load_verify_locations(
                                                  context, authorities.c_str(), nullptr) == 1;
    if (!loaded)
        return Error{ErrorCode::Invalid,
                     "trusted certificates \"" + authorities + "\": " + last_error()};
    return trust;
}

Result<std::unique_ptr<Channel::Tls>> Channel::Tls::create(const TlsTrust& trust, int descriptor,
                                                           const std::string& host) {
    const TlsTrust::Context& context = *trust.context_;
    auto tls = std::make_unique<Tls>();
    tls->session_.reset(context.context == nullptr ? nullptr : SSL_new(context.context.get()));
    BIO* const bio = context.socket == nullptr ? nullptr : BIO_new(context.socket.get());
    if (tls->session_ == nullptr || bio == nullptr) {
        BIO_free(bio);
        return Error{ErrorCode::Internal, "TLS: " + last_error()};
    }
    BIO_set_fd(bio, descriptor, BIO_NOCLOSE);
    SSL* const session = tls->session_.get();
    SSL_set_bio(session, bio, bio);
    const bool address = is_address(host);
    if (!address)
        SSL_set_tlsext_host_name(session, host.c_str());
    if (!context.verifies)
        return tls;
    const bool named =
        address ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host.c_str()) == 1
                : SSL_set1_host(session, host.c_str()) == 1;
    if (!named)
        return Error{ErrorCode::Internal, "TLS: " + last_error()};
    return tls;
}

Channel::Tls::Wants Channel::Tls::wants(int outcome) const {
    switch (SSL_get_error(session_.get(), outcome)) {
        case SSL_ERROR_NONE: return Wants::Nothing;
        case SSL_ERROR_WANT_READ: return Wants::Read;
        case SSL_ERROR_WANT_WRITE: return Wants::Write;
        case SSL_ERROR_ZERO_RETURN: return Wants::Ended;
        default: break;
    }
    // A server that closes without TLS's own farewell: the length or the last chunk says whether
    // anything is missing.
    if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        ERR_clear_error();
        return Wants::Ended;
    }
    return Wants::Failed;
}

Channel::Tls::Wants Channel::Tls::connect() {
    ERR_clear_error();
    return wants(SSL_connect(session_.get()));
}

Channel::Tls::Wants Channel::Tls::read(std::span<char> to, std::size_t& count) {
    ERR_clear_error();
    return wants(SSL_read_ex(session_.get(), to.data(), to.size(), &count));
}

Channel::Tls::Wants Channel::Tls::peek() {
    char byte = 0;
    std::size_t count = 0;
    ERR_clear_error();
    return wants(SSL_peek_ex(session_.get(), &byte, 1, &count));
}

Channel::Tls::Wants Channel::Tls::write(std::string_view bytes, std::size_t& count) {
    ERR_clear_error();
    return wants(SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &count));
}

std::string Channel::Tls::failure() const {
    const long verdict = SSL_get_verify_result(session_.get());
    if (verdict != X509_V_OK) {
        ERR_clear_error();
        return X509_verify_cert_error_string(verdict);
    }
    return last_error();
}

}  // namespace xos::http
