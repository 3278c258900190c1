// Many watchers of one server, and how soon a change reaches all of them, in one line of JSON:
//
//   xos_watchers [OPTION VALUE]… PORT WATCH CHANGE…
//
//   -c N       watchers (default 1000)
//   -n N       changes, one after the other (default 50)
//   -H LINE    a header, sent with each request
//
// WATCH is the target of an event stream. CHANGE is a request, "PATCH TARGET BODY", in whose body
// `@N@` becomes a number; each must reach all watchers as one event. A time is from the sending of
// the change to its event on one watcher, so with 50 changes to 1,000 there are 50,000. One thread.

#include "base/json.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

namespace xos::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
    std::size_t watchers = 1000;
    int changes = 50;
    std::string headers;
    std::uint16_t port = 0;
    std::string watch;
    std::string change;
};

Error broken(const std::string& what) {
    return Error{ErrorCode::Unavailable, what};
}

Result<int> connect_to(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(port);
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0)
        return broken("cannot connect");
    return socket;
}

Result<void> send_all(int socket, const std::string& text) {
    if (::send(socket, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size()))
        return broken("cannot send");
    return {};
}

std::string replace_number(std::string text, int number) {
    const auto at = text.find("@N@");
    return at == text.npos ? text : text.replace(at, 3, std::to_string(number));
}

class Watchers {
public:
    explicit Watchers(const Options& options) : options_(options) {}
    ~Watchers() {
        for (const int socket : sockets_)
            ::close(socket);
        ::close(epoll_);
    }
    Watchers(const Watchers&) = delete;
    Watchers& operator=(const Watchers&) = delete;

    Result<void> open() {
        for (std::size_t i = 0; i < options_.watchers; ++i) {
            const int socket = TRY(connect_to(options_.port));
            sockets_.push_back(socket);
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.fd = socket;
            ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event);
            TRY(send_all(socket, "GET " + options_.watch + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" +
                                     options_.headers + "\r\n"));
        }
        return collect(options_.watchers, " 200 ", nullptr);
    }

    /// Sends a change and waits until all have it.
    Result<void> change(int number, std::vector<double>& milliseconds) {
        const std::string text = replace_number(options_.change, number);
        const std::size_t method = text.find(' ');
        const std::size_t target = text.find(' ', method + 1);
        if (target == text.npos)
            return broken("a change is METHOD TARGET BODY");
        const std::string body = text.substr(target + 1);
        const int socket = TRY(connect_to(options_.port));
        began_ = Clock::now();
        auto sent = send_all(
            socket, text.substr(0, target) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + options_.headers +
                        "Content-Type: application/merge-patch+json\r\n" +
                        "Connection: close\r\nContent-Length: " + std::to_string(body.size()) +
                        "\r\n\r\n" + body);
        if (sent)
            sent = collect(options_.watchers, "event: put", &milliseconds);
        ::close(socket);
        return sent;
    }

private:
    /// Waits until `count` watchers got a piece with `mark` in it.
    Result<void> collect(std::size_t count, std::string_view mark,
                         std::vector<double>* milliseconds) {
        std::vector<epoll_event> events(1024);
        std::vector<char> buffer(64 << 10);
        while (count > 0) {
            const int ready = ::epoll_wait(epoll_, events.data(), 1024, 20'000);
            if (ready <= 0)
                return broken(std::to_string(count) + " watchers did not get it");
            for (int i = 0; i < ready; ++i) {
                const ssize_t size = ::recv(events[static_cast<std::size_t>(i)].data.fd,
                                            buffer.data(), buffer.size(), 0);
                if (size <= 0)
                    return broken("a stream ended");
                const std::string_view piece(buffer.data(), static_cast<std::size_t>(size));
                if (piece.find(mark) == piece.npos)
                    continue;
                --count;
                if (milliseconds)
                    milliseconds->push_back(
                        std::chrono::duration<double, std::milli>(Clock::now() - began_).count());
            }
        }
        return {};
    }

    const Options options_;
    const int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    std::vector<int> sockets_;
    Clock::time_point began_;
};

Result<Options> parse(int count, char** words) {
    Options options;
    int option = 0;
    while ((option = ::getopt(count, words, "c:n:H:")) != -1) {
        switch (option) {
            case 'c': options.watchers = std::strtoul(optarg, nullptr, 10); break;
            case 'n': options.changes = std::atoi(optarg); break;
            case 'H': options.headers += std::string(optarg) + "\r\n"; break;
            default: return broken("unknown option");
        }
    }
    if (count - optind != 3 || options.watchers == 0)
        return broken("usage: xos_watchers [OPTION VALUE]... PORT WATCH CHANGE");
    options.port = static_cast<std::uint16_t>(std::strtoul(words[optind], nullptr, 10));
    options.watch = words[optind + 1];
    options.change = words[optind + 2];
    return options;
}

/// Prints a line when all watch, and waits for one on the standard input before the changes: in
/// between the server can be looked at.
Result<void> run(int count, char** words) {
    const Options options = TRY(parse(count, words));
    Watchers watchers(options);
    TRY(watchers.open());
    std::puts("open");
    std::fflush(stdout);
    if (std::getchar() == EOF)
        return {};
    std::vector<double> times;
    for (int number = 0; number < options.changes; ++number)
        TRY(watchers.change(number, times));
    std::sort(times.begin(), times.end());
    const auto part = [&](double share) {
        return times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))];
    };
    Json json;
    json.set("p50", times.empty() ? 0.0 : part(0.5));
    json.set("p99", times.empty() ? 0.0 : part(0.99));
    std::printf("%s\n", json.format().c_str());
    return {};
}

}  // namespace
}  // namespace xos::bench

int main(int count, char** words) {
    if (const auto done = xos::bench::run(count, words); !done) {
        std::fprintf(stderr, "xos_watchers: %s\n", done.error().message().c_str());
        return 1;
    }
    return 0;
}
