#pragma once

#include "base/result.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace xos::http {

class AcceptedSocket;
class IoThread;

/// The bytes of one connection, with or without TLS. Lives on one IoThread.
///
/// At most one read and one write wait at a time. What waits holds the user; after `close` it is
/// told once more and let go.
class Transport {
public:
    using Pieces = std::span<const std::string_view>;

    class User {
    public:
        virtual ~User() = default;
        virtual void on_ready(bool usable) = 0;
        /// 0 bytes: the client has ended or the connection is broken.
        virtual void on_read(std::size_t count) = 0;
        /// Nothing: the connection is broken.
        virtual void on_written(std::optional<std::size_t> count) = 0;
    };

    virtual ~Transport() = default;

    /// Shakes hands, then `on_ready`; at once, inside the call, when there is nothing to shake.
    virtual void start(std::shared_ptr<User> user) = 0;
    /// Reads some into `to`, which must stay until `on_read`.
    virtual void read(std::span<char> to, std::shared_ptr<User> user) = 0;
    /// Writes what goes without waiting; 0 when nothing does; nothing when broken.
    virtual std::optional<std::size_t> try_write(Pieces pieces) = 0;
    /// Writes some of `pieces`, whose bytes must stay until `on_written`.
    virtual void write(Pieces pieces, std::shared_ptr<User> user) = 0;
    /// Tells the client that nothing more comes. Precondition: no write waits.
    virtual void end_sending() = 0;
    virtual void close() = 0;
};

/// A server's certificate and key. Thread-safe.
class TlsIdentity {
public:
    /// From PEM files. Invalid when they cannot be read or do not fit each other.
    static Result<std::shared_ptr<TlsIdentity>> load(const std::string& certificate,
                                                     const std::string& key);
    virtual ~TlsIdentity() = default;
    virtual std::unique_ptr<Transport> make_transport(AcceptedSocket socket) = 0;
};

std::unique_ptr<Transport> make_plain_transport(AcceptedSocket socket);

}  // namespace xos::http
