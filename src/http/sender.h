#pragma once

#include "http/message.h"
#include "http/stream_queue.h"
#include "http/transport.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xos::http {

/// Writes one thing after the other to a connection: an answer with head and body in one go, a file
/// piece by piece, a chunk of a stream. Lives on the connection's thread.
class Sender {
public:
    enum class Progress : std::uint8_t {
        Done,     ///< All was handed to the operating system.
        Waiting,  ///< `on_written` of the user comes; pass it to `written`.
        Failed,   ///< The connection is broken, or the file has become shorter.
    };
    enum class Framing : std::uint8_t { Chunked, Raw };

    /// `transport` must outlive the sender.
    explicit Sender(Transport& transport) : transport_(transport) {}

    /// Precondition for all three: not busy. `user` is told when it has to wait.
    Progress send(std::string head, Body body, const std::shared_ptr<Transport::User>& user);
    Progress send_chunk(std::vector<StreamQueue::Piece> pieces, Framing framing,
                        const std::shared_ptr<Transport::User>& user);
    /// Goes on after a wait.
    Progress written(std::optional<std::size_t> count,
                     const std::shared_ptr<Transport::User>& user);

    bool is_busy() const { return busy_; }
    /// The head's memory, to be used for the next.
    std::string take_head();

private:
    Progress pump(const std::shared_ptr<Transport::User>& user);
    void advance(std::size_t count);
    bool refill();
    void clear();

    Transport& transport_;
    std::string head_;
    Body body_;
    std::vector<StreamQueue::Piece> pieces_;
    std::vector<std::string_view> views_;  // What is to be written, from `first_` on.
    std::size_t first_ = 0;
    std::uint64_t file_at_ = 0;
    std::uint64_t file_left_ = 0;
    std::string file_buffer_;
    bool busy_ = false;
};

}  // namespace xos::http
