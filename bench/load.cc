// Puts load on an HTTP server and says how it held up, in one line of JSON:
//
//   xos_load [OPTION VALUE]… PORT FILE
//
//   -c N       connections, each with one request on its way at a time (default 1)
//   -s N       seconds that count (default 5), after
//   -w N       seconds that do not (default 1)
//   -n N       the first number, of nine digits (default 100000000)
//   -H LINE    a header, sent with each request
//
// Each line of FILE is a request: METHOD TARGET [BODY]. They are sent in turn. `@N@` in a target or
// body becomes a number that no other request of this run has. Any answer but 2xx and 304 ends the
// run: a refusal is quicker than the work, so it must not count. One thread.

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "bench/load_connection.h"

#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace xos::bench {
namespace {

using Clock = Connection::Clock;
using Progress = Connection::Progress;

struct Options {
    std::size_t connections = 1;
    double seconds = 5;
    double warmup = 1;
    std::uint64_t first_number = 100'000'000;
    std::string headers;
    std::uint16_t port = 0;
    std::string file;
};

/// Splits at each `@N@`.
Template cut(std::string_view text) {
    constexpr std::string_view kMark = "@N@";
    Template result;
    for (std::size_t at = text.find(kMark); at != text.npos; at = text.find(kMark)) {
        result.pieces.emplace_back(text.substr(0, at));
        text.remove_prefix(at + kMark.size());
    }
    result.pieces.emplace_back(text);
    return result;
}

/// How long `text` is once each `@N@` is a number of nine digits.
std::size_t final_length(std::string_view text) {
    return text.size() + 6 * (cut(text).pieces.size() - 1);
}

std::string make_request(const Options& options, std::string_view line) {
    const std::size_t method = line.find(' ');
    const std::size_t target = line.find(' ', method + 1);
    const std::string_view body = target == line.npos ? "" : line.substr(target + 1);
    std::string text(line.substr(0, target));
    text += " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + options.headers;
    if (!body.empty())
        text += "Content-Type: " +
                std::string(line.starts_with("PATCH") ? "application/merge-patch+json"
                                                      : "application/json") +
                "\r\nContent-Length: " + std::to_string(final_length(body)) + "\r\n";
    text += "\r\n";
    return text.append(body);
}

Result<std::vector<Template>> read_requests(const Options& options) {
    const std::string text = TRY(read_file(options.file));
    std::vector<Template> requests;
    for (const std::string_view line : split(text, '\n')) {
        if (!trim(line).empty())
            requests.push_back(cut(make_request(options, trim(line))));
    }
    if (requests.empty())
        return Error(ErrorCode::Invalid, options.file + " has no requests");
    return requests;
}

/// What was measured while it counts.
struct Figures {
    std::vector<double> milliseconds;
    std::size_t bytes = 0;
    Clock::time_point from, until;
    double processor = 0;
};

double processor_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

class Load {
public:
    Load(const Options& options, std::vector<Template> requests)
        : options_(options), requests_(std::move(requests)), number_(options.first_number) {}
    ~Load() { ::close(epoll_); }
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

    Result<Figures> run();
    std::uint64_t next_number() const { return number_; }

private:
    Result<void> open();
    Result<void> drive(Connection& connection);
    Result<void> count(const Connection::Answer& answer);
    Result<Progress> begin(Connection& connection);

    const Options options_;
    const std::vector<Template> requests_;
    const int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    std::vector<std::unique_ptr<Connection>> connections_;
    std::uint64_t number_;
    bool counts_ = false;
    Figures figures_;
};

Result<void> Load::open() {
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(options_.port);
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (std::size_t i = 0; i < options_.connections; ++i) {
        auto connection = std::make_unique<Connection>(server);
        TRY(connection->open());
        epoll_event event{};
        event.events = EPOLLIN | EPOLLOUT | EPOLLET;
        event.data.ptr = connection.get();
        if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection->descriptor(), &event) != 0)
            return Error(ErrorCode::Unavailable, "epoll_ctl failed");
        connections_.push_back(std::move(connection));
    }
    return {};
}

Result<Progress> Load::begin(Connection& connection) {
    const std::uint64_t number = number_++;
    return connection.begin(requests_[number % requests_.size()], number);
}

Result<void> Load::count(const Connection::Answer& answer) {
    if (answer.status / 100 != 2 && answer.status != 304)
        return Error(ErrorCode::Invalid, "answer " + std::to_string(answer.status) + ": " +
                                             std::string(answer.text.substr(0, 2000)));
    if (counts_) {
        figures_.milliseconds.push_back(
            std::chrono::duration<double, std::milli>(answer.took).count());
        figures_.bytes += answer.bytes;
    }
    return {};
}

/// Edge-triggered: goes on until the socket has no more, or takes no more.
Result<void> Load::drive(Connection& connection) {
    Progress progress = TRY(connection.proceed());
    while (progress == Progress::Answered) {
        TRY(count(connection.answer()));
        progress = TRY(begin(connection));
    }
    return {};
}

Result<Figures> Load::run() {
    TRY(open());
    for (const auto& connection : connections_)
        TRY(begin(*connection));
    const auto seconds = [](double count) {
        return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(count));
    };
    const auto start = Clock::now() + seconds(options_.warmup);
    const auto end = start + seconds(options_.seconds);
    std::vector<epoll_event> events(options_.connections);
    for (auto now = Clock::now(); now < end; now = Clock::now()) {
        if (!counts_ && now >= start) {
            counts_ = true;
            figures_.from = now;
            figures_.processor = processor_seconds();
        }
        const int ready = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 100);
        for (int i = 0; i < ready; ++i)
            TRY(drive(*static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr)));
    }
    figures_.until = Clock::now();
    figures_.processor = processor_seconds() - figures_.processor;
    return std::move(figures_);
}

void print(Figures figures, std::uint64_t next_number) {
    auto& times = figures.milliseconds;
    std::sort(times.begin(), times.end());
    const auto part = [&](double share) {
        return times.empty()
                   ? 0.0
                   : times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))];
    };
    const double took = std::chrono::duration<double>(figures.until - figures.from).count();
    const auto count = static_cast<double>(times.size());
    Json json;
    json.set("requests", static_cast<std::int64_t>(times.size()));
    json.set("rate", count / took);
    json.set("p50", part(0.5));
    json.set("p99", part(0.99));
    json.set("most", part(1));
    json.set("bytes", times.empty() ? 0.0 : static_cast<double>(figures.bytes) / count);
    json.set("own_processor", figures.processor / took);
    json.set("next_number", static_cast<std::int64_t>(next_number));
    std::printf("%s\n", json.format().c_str());
}

Result<Options> parse(int count, char** words) {
    Options options;
    int option = 0;
    while ((option = ::getopt(count, words, "c:s:w:n:H:")) != -1) {
        switch (option) {
            case 'c': options.connections = std::strtoul(optarg, nullptr, 10); break;
            case 's': options.seconds = std::strtod(optarg, nullptr); break;
            case 'w': options.warmup = std::strtod(optarg, nullptr); break;
            case 'n': options.first_number = std::strtoull(optarg, nullptr, 10); break;
            case 'H': options.headers += std::string(optarg) + "\r\n"; break;
            default: return Error(ErrorCode::Invalid, "unknown option");
        }
    }
    if (count - optind != 2 || options.connections == 0)
        return Error(ErrorCode::Invalid, "usage: xos_load [OPTION VALUE]... PORT FILE");
    options.port = static_cast<std::uint16_t>(std::strtoul(words[optind], nullptr, 10));
    options.file = words[optind + 1];
    return options;
}

Result<void> run(int count, char** words) {
    const Options options = TRY(parse(count, words));
    Load load(options, TRY(read_requests(options)));
    Figures figures = TRY(load.run());
    print(std::move(figures), load.next_number());
    return {};
}

}  // namespace
}  // namespace xos::bench

int main(int count, char** words) {
    if (const auto done = xos::bench::run(count, words); !done) {
        std::fprintf(stderr, "xos_load: %s\n", done.error().message().c_str());
        return 1;
    }
    return 0;
}
