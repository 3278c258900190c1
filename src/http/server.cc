#include "http/server.h"

#include "base/check.h"
#include "http/listener.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace xos::http {

class Server::State {
public:
    Result<void> start(Options options, Handler handler);
    void stop(Duration patience);

    std::shared_ptr<ServerShared> shared;
    Listener::Threads threads;
    std::unique_ptr<Listener> listener;
    std::uint16_t port = 0;
};

Result<void> Server::State::start(Options options, Handler handler) {
    XOS_CHECK(handler != nullptr, "a server without a handler");
    std::shared_ptr<TlsIdentity> identity;
    if (!options.tls_certificate.empty() || !options.tls_key.empty())
        identity = TRY(TlsIdentity::load(options.tls_certificate, options.tls_key));
    const std::size_t count = std::max<std::size_t>(options.threads, 1);
    shared = std::make_shared<ServerShared>(std::move(options), std::move(handler));
    for (std::size_t i = 0; i < count; ++i)
        threads.push_back(TRY(IoThread::start("xos-http-" + std::to_string(i))));
    listener = TRY(Listener::open(shared, threads, std::move(identity)));
    port = listener->port();
    threads.front()->post([this] { listener->start(); });
    return {};
}

void Server::State::stop(Duration patience) {
    if (threads.empty() || shared->stopping.exchange(true))
        return;
    if (listener != nullptr)
        threads.front()->post([this] { listener->close(); });
    for (const auto& thread : threads)
        thread->post([raw = thread.get()] { raw->drain_all(); });
    shared->open.wait_for_none(patience);
    // The first thread goes first: it may still pass a fresh connection to the others.
    for (const auto& thread : threads) {
        thread->post([raw = thread.get()] { raw->close_all(); });
        thread->finish();
    }
}

Result<std::unique_ptr<Server>> Server::start(Options options, Handler handler) {
    std::unique_ptr<Server> server(new Server(std::make_unique<State>()));
    TRY(server->state_->start(std::move(options), std::move(handler)));
    return server;
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() {
    stop(Duration(0));
}

void Server::stop(Duration patience) {
    state_->stop(patience);
}

std::uint16_t Server::port() const {
    return state_->port;
}

Server::Counters Server::counters() const {
    const ServerShared& shared = *state_->shared;
    return {shared.open.value(), shared.accepted.load(), shared.turned_away.load(),
            shared.requests.load(), shared.protocol_errors.load()};
}

}  // namespace xos::http
