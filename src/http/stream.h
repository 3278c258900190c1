#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace xos::http {

class StreamQueue;

/// The sending end of an answer without an end, such as server-sent events.
///
/// What is sent reaches the client in order, or the stream is closed: a client that falls further
/// behind than `Server::Options::stream_limit` is cut off (a single piece may be larger). Nothing
/// here blocks. Thread-safe; callbacks run on the connection's I/O thread and must not block. The
/// stream ends when this handle is destroyed; it may outlive the server.
class Stream {
public:
    Stream() = default;
    explicit Stream(std::shared_ptr<StreamQueue> queue) : queue_(std::move(queue)) {}
    Stream(Stream&&) noexcept = default;
    Stream& operator=(Stream&& other) noexcept;
    ~Stream();

    /// Takes `piece` to be sent. False when the stream is closed, or is closed because of this
    /// piece: the client is too far behind.
    bool send(std::shared_ptr<const std::string> piece);

    /// Bytes taken and not yet handed to the operating system.
    std::size_t pending_bytes() const;
    bool is_open() const;

    /// Ends the answer in order, after what is pending. `on_close` is not called for it.
    void close();

    /// Calls `then` once when the stream closes by anything but `close`: the client left or fell
    /// behind, or the server stops. At once, on this thread, when it is closed already.
    void on_close(std::function<void()> then);

    /// Calls `then` once when nothing is pending: at once, on this thread, when that is so now.
    /// Never when the stream closes first. This is how much is sent without falling behind.
    void on_drained(std::function<void()> then);

private:
    std::shared_ptr<StreamQueue> queue_;
};

}  // namespace xos::http
