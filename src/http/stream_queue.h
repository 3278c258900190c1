#pragma once

#include "base/guarded.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace xos::http {

/// What was sent on a stream and is still to be written, between the threads that send and the one
/// connection that writes. Thread-safe.
class StreamQueue {
public:
    using Piece = std::shared_ptr<const std::string>;

    /// What the connection has to do next.
    struct Work {
        std::vector<Piece> pieces;
        bool ended = false;  ///< Nothing comes after `pieces`.
    };

    /// `wake` is called, once until the next `take`, when there is work for the connection.
    StreamQueue(std::size_t limit, std::function<void()> wake);

    bool push(Piece piece);
    void end();
    std::size_t pending_bytes() const;
    bool is_open() const;
    void on_close(std::function<void()> then);
    void on_drained(std::function<void()> then);

    /// For the connection: all work so far.
    Work take();
    /// For the connection: so many bytes that `take` gave have been written.
    void written(std::size_t bytes);
    /// For the connection: the client has fallen behind, so there is no point in writing more.
    bool has_fallen_behind() const;
    /// For the connection: ends the stream as its user would, and tells him.
    void stop();
    /// For the connection: it writes no more.
    void shut();

private:
    struct State {
        std::vector<Piece> pieces;
        std::size_t pending = 0;  // Bytes in `pieces` and with the connection.
        bool ended = false;
        bool fell_behind = false;
        bool shut = false;
        bool woken = false;
        std::function<void()> closed;
        std::function<void()> drained;
    };

    const std::size_t limit_;
    const std::function<void()> wake_;
    Guarded<State> state_;
};

}  // namespace xos::http
