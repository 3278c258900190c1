#pragma once

#include "base/result.h"

#include <netinet/in.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace xos::bench {

/// One request, ready to be sent: what stands around its number, which makes each one different.
struct Template {
    std::vector<std::string> pieces;  ///< The number stands between each two of them.

    /// Appends the request of that number to `to`.
    void append(std::string& to, std::uint64_t number) const;
};

/// A kept connection to an HTTP server with one request on its way at a time.
///
/// Non-blocking: it does what it can at each call, and the caller waits for its socket. It takes
/// answers with a Content-Length, and no others. One thread.
class Connection {
public:
    using Clock = std::chrono::steady_clock;

    /// How an answer came.
    struct Answer {
        int status = 0;
        Clock::duration took{};
        std::size_t bytes = 0;
        std::string_view text;  ///< Valid until the next call.
    };
    enum class Progress : std::uint8_t { WaitsToRead, WaitsToWrite, Answered };

    explicit Connection(const sockaddr_in& server) : server_(server) {}
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    Result<void> open();
    int descriptor() const { return socket_; }

    /// Begins a request. Precondition: none is on its way.
    Result<Progress> begin(const Template& request, std::uint64_t number);
    /// Goes on with the one on its way; `Answered` once it is complete.
    Result<Progress> proceed();
    const Answer& answer() const { return answer_; }

private:
    Result<Progress> write();
    Result<Progress> read();
    Result<bool> take_answer();

    const sockaddr_in server_;
    int socket_ = -1;
    std::string out_;
    std::size_t sent_ = 0;
    std::vector<char> buffer_ = std::vector<char>(64 << 10);
    std::string in_;
    std::size_t whole_ = 0;  ///< Length of the answer on its way; 0: its head is not complete.
    Clock::time_point began_;
    Answer answer_;
};

}  // namespace xos::bench
