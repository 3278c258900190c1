#pragma once

#include "base/clock.h"
#include "http/server.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace xos::http {

/// How many connections are open, for one who waits for none. Thread-safe.
class OpenCount {
public:
    void add();
    void remove();
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }
    /// Waits until there is none, at most `patience`; whether there is none.
    bool wait_for_none(Duration patience);

private:
    std::atomic<std::uint64_t> value_ = 0;
    std::mutex mutex_;
    std::condition_variable none_;
};

/// What a server and all its connections share; it lives as long as the last of them. Thread-safe.
struct ServerShared {
    ServerShared(Server::Options with, Server::Handler handle)
        : options(std::move(with)), handler(std::move(handle)) {}

    const Server::Options options;
    const Server::Handler handler;

    OpenCount open;
    std::atomic<bool> stopping = false;
    std::atomic<std::uint64_t> accepted = 0;
    std::atomic<std::uint64_t> turned_away = 0;
    std::atomic<std::uint64_t> requests = 0;
    std::atomic<std::uint64_t> protocol_errors = 0;

    /// The server's own answer with the status.
    Response problem(int status, std::string_view text) const;
};

}  // namespace xos::http
