#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace xos::http {

/// Bound to the concrete executor: the type-erased default costs a few percent on each operation.
using Socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

/// A connected, non-blocking socket on its way to its Transport.
class AcceptedSocket {
public:
    explicit AcceptedSocket(Socket from) : socket(std::move(from)) {}
    Socket socket;
};

}  // namespace xos::http
