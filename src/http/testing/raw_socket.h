#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace xos::http {

/// A client that sends whatever a test wants and reads whatever comes, for at most ten seconds.
class RawSocket {
public:
    /// Connects to 127.0.0.1; aborts when nobody listens.
    explicit RawSocket(std::uint16_t port);
    /// With a receive buffer of about so many bytes, to be a slow reader.
    RawSocket(std::uint16_t port, int receive_buffer);
    ~RawSocket();
    RawSocket(const RawSocket&) = delete;
    RawSocket& operator=(const RawSocket&) = delete;

    /// False when the server has closed.
    bool send(std::string_view bytes);
    void end_sending();
    /// Everything up to and with `end`, or up to the connection's end.
    std::string read_until(std::string_view end);
    /// One answer with head and body by its Content-Length; "" when the connection ends before.
    std::string read_answer();
    /// Everything up to the connection's end.
    std::string read_all();

private:
    bool fill();

    const int descriptor_;
    std::string held_;
};

}  // namespace xos::http
