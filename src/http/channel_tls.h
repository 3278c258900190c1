#pragma once

#include "http/channel.h"

#include <openssl/ssl.h>

#include <memory>

namespace xos::http {

struct TlsFree {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* session) const { SSL_free(session); }
    void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
};

class TlsTrust::Context {
public:
    std::unique_ptr<SSL_CTX, TlsFree> context;
    std::unique_ptr<BIO_METHOD, TlsFree> socket;  // Writes without SIGPIPE.
    bool verifies = true;
};

/// The TLS session over a channel's socket. Does not wait: tells what it would wait for.
class Channel::Tls {
public:
    enum class Wants : unsigned char { Nothing, Read, Write, Failed, Ended };

    static Result<std::unique_ptr<Tls>> create(const TlsTrust& trust, int descriptor,
                                               const std::string& host);

    Wants connect();
    Wants read(std::span<char> to, std::size_t& count);
    Wants write(std::string_view bytes, std::size_t& count);
    /// As `read`, but leaves the byte there.
    Wants peek();
    /// Why the last call failed.
    std::string failure() const;

private:
    Wants wants(int outcome) const;

    std::unique_ptr<SSL, TlsFree> session_;
};

}  // namespace xos::http
