#pragma once

#include "base/result.h"
#include "http/io_thread.h"
#include "http/server_shared.h"
#include "http/transport.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace xos::http {

/// Accepts connections and deals them out to the I/O threads in turn. Lives on the first of them,
/// which must have ended before it is destroyed.
class Listener {
public:
    using Threads = std::vector<std::shared_ptr<IoThread>>;

    /// Binds and listens. `identity` is null without TLS.
    static Result<std::unique_ptr<Listener>> open(std::shared_ptr<ServerShared> shared,
                                                  Threads threads,
                                                  std::shared_ptr<TlsIdentity> identity);
    ~Listener();

    std::uint16_t port() const;

    // For the first thread.
    void start();
    void close();

private:
    class Acceptor;

    Listener(std::shared_ptr<ServerShared> shared, Threads threads,
             std::shared_ptr<TlsIdentity> identity);

    Result<void> bind();
    void accept_next();
    void accept_later();
    void take(class AcceptedSocket accepted, const std::shared_ptr<IoThread>& thread);

    const std::shared_ptr<ServerShared> shared_;
    const Threads threads_;
    const std::shared_ptr<TlsIdentity> identity_;
    std::unique_ptr<Acceptor> acceptor_;
    std::size_t next_ = 0;
};

}  // namespace xos::http
