// A bare Boost.Beast server, the peer of XOS's HTTP and API: it answers every request with the same
// bytes and knows nothing else.
//
//   bare_beast THREADS FILE
//
// FILE holds an answer as it came over the wire; its headers and body are what is sent. Prints the
// port that it listens on. Runs until it is killed. Written as Beast's own fastest example is:
// callbacks, one io_context a thread, buffers kept with the connection.

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;
using Socket = asio::basic_stream_socket<Tcp, asio::io_context::executor_type>;
using Answer = http::response<http::string_body>;

class Session : public std::enable_shared_from_this<Session> {
public:
    Session(Socket socket, const Answer& model) : socket_(std::move(socket)), model_(model) {}

    void read() {
        request_ = {};
        http::async_read(socket_, buffer_, request_,
                         [self = shared_from_this()](boost::beast::error_code error, std::size_t) {
                             if (!error)
                                 self->answer();
                         });
    }

private:
    void answer() {
        // Made anew each time, as a server must that has different answers.
        answer_ = model_;
        http::async_write(socket_, answer_,
                          [self = shared_from_this()](boost::beast::error_code error, std::size_t) {
                              if (!error)
                                  self->read();
                          });
    }

    Socket socket_;
    const Answer& model_;
    boost::beast::flat_buffer buffer_;
    http::request<http::string_body> request_;
    Answer answer_;
};

Answer read_model(const char* path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    http::response_parser<http::string_body> parser;
    boost::beast::error_code error;
    parser.eager(true);
    parser.put(asio::buffer(text.str()), error);
    if (error || !parser.is_done()) {
        std::fprintf(stderr, "bare_beast: %s holds no answer\n", path);
        std::exit(1);
    }
    return parser.release();
}

/// Connections go to the threads in turn.
class Acceptor {
public:
    Acceptor(std::deque<asio::io_context>& contexts, const Answer& model)
        : contexts_(contexts),
          model_(model),
          acceptor_(contexts.front(), Tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {}

    unsigned port() const { return acceptor_.local_endpoint().port(); }

    void accept() {
        asio::io_context& context = contexts_[next_++ % contexts_.size()];
        acceptor_.async_accept(context, [this](boost::beast::error_code error, Tcp::socket socket) {
            if (!error)
                start(std::move(socket));
            accept();
        });
    }

private:
    void start(Tcp::socket socket) {
        socket.set_option(Tcp::no_delay(true));
        auto& context = static_cast<asio::io_context&>(socket.get_executor().context());
        Socket bound(context, Tcp::v4(), socket.release());
        auto session = std::make_shared<Session>(std::move(bound), model_);
        asio::post(context, [session] { session->read(); });
    }

    std::deque<asio::io_context>& contexts_;
    const Answer& model_;
    Tcp::acceptor acceptor_;
    std::size_t next_ = 0;
};

}  // namespace

int main(int count, char** words) {
    if (count != 3) {
        std::fprintf(stderr, "usage: bare_beast THREADS FILE\n");
        return 2;
    }
    const Answer model = read_model(words[2]);
    std::deque<asio::io_context> contexts;
    for (int i = 0; i < std::max(1, std::atoi(words[1])); ++i)
        contexts.emplace_back(1);
    Acceptor acceptor(contexts, model);
    acceptor.accept();
    std::printf("%u\n", acceptor.port());
    std::fflush(stdout);
    std::vector<std::thread> threads;
    for (asio::io_context& context : contexts) {
        threads.emplace_back([&] {
            const auto work = asio::make_work_guard(context);
            context.run();
        });
    }
    for (std::thread& thread : threads)
        thread.join();
}
