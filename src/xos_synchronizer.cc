#include "base/file.h"
#include "base/log.h"
#include "base/random.h"
#include "base/system_clock.h"
#include "base/text.h"
#include "client/api.h"
#include "synchronizer/plugin_loader.h"
#include "synchronizer/service.h"
#include "synchronizer/session.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace {

using namespace xos;

constexpr std::string_view kUsage =
    "usage: xos-synchronizer --url URL --service-dir DIR --data DIR --token-fd N\n"
    "                        [--tls-ca FILE] [--log-level LEVEL]\n"
    "Makes the objects of one service real. The service's token is read from the open file\n"
    "descriptor N up to its end.\n";

/// What the command line says.
using Arguments = std::map<std::string, std::string, std::less<>>;

Result<Arguments> parse_arguments(int count, char** values) {
    Arguments arguments{{"--tls-ca", ""}, {"--log-level", "info"}};
    for (int i = 1; i < count; i += 2) {
        const std::string name = values[i];
        constexpr std::array kNames{"--url",      "--service-dir", "--data",
                                    "--token-fd", "--tls-ca",      "--log-level"};
        if (std::find(kNames.begin(), kNames.end(), name) == kNames.end())
            return Error{ErrorCode::Malformed, "unknown argument \"" + name + "\""};
        if (i + 1 == count)
            return Error{ErrorCode::Malformed, name + " wants a value"};
        arguments[name] = values[i + 1];
    }
    for (const char* name : {"--url", "--service-dir", "--data", "--token-fd"}) {
        if (!arguments.contains(name))
            return Error{ErrorCode::Malformed, std::string(name) + " is missing"};
    }
    return arguments;
}

Result<std::string> read_token(std::string_view descriptor) {
    const auto fd = parse_int(descriptor);
    if (!fd || *fd < 0)
        return Error{ErrorCode::Malformed, "--token-fd wants a number"};
    std::string token;
    std::array<char, 512> piece;
    ssize_t count = 0;
    while ((count = read(static_cast<int>(*fd), piece.data(), piece.size())) != 0) {
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return Error{ErrorCode::Invalid, "the token cannot be read"};
        token.append(piece.data(), static_cast<std::size_t>(count));
    }
    close(static_cast<int>(*fd));
    token = std::string(trim(token));
    if (token.empty())
        return Error{ErrorCode::Invalid, "the token is empty"};
    return token;
}

/// Keeps a second synchronizer of the service off the same files, until the process ends.
Result<void> lock_directory(const std::string& dir) {
    TRY(make_directories(dir, FileMode::Private));
    const int fd = open((dir + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return Error{ErrorCode::Invalid, "\"" + dir + "\" cannot be written"};
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        return Error{ErrorCode::Conflict, "another synchronizer works in \"" + dir + "\""};
    return {};
}

/// The threads of this program.
class Threads {
public:
    void start(const std::string& name, std::function<void()> body) {
        {
            std::scoped_lock lock(mutex_);
            ++running_;
        }
        std::thread([this, name = name.substr(0, 15), body = std::move(body)] {
            pthread_setname_np(pthread_self(), name.c_str());
            body();
            std::scoped_lock lock(mutex_);
            --running_;
            ended_.notify_all();
        }).detach();
    }

    bool await(Duration most) {
        std::unique_lock lock(mutex_);
        return ended_.wait_for(lock, most, [this] { return running_ == 0; });
    }

private:
    std::mutex mutex_;
    std::condition_variable ended_;
    std::size_t running_ = 0;
};

/// Ends the process as it is.
[[noreturn]] void end(Log& log, const Result<void>& result) {
    if (result)
        log.info("stopped");
    else
        log.error("ends", {{"error", result.error()}});
    std::fflush(nullptr);
    _exit(result ? 0 : 1);
}

Result<void> run(const Arguments& arguments, Log& log) {
    using synchronizer::Session;
    const std::string& service_dir = arguments.at("--service-dir");
    const std::string token = TRY(read_token(arguments.at("--token-fd")));
    TRY(lock_directory(arguments.at("--data")));
    const auto service = TRY(synchronizer::load_service(service_dir));
    const auto* plugin =
        TRY(synchronizer::load_plugin(service_dir + "/lib" + service.name + ".so"));

    const SystemClock clock;
    SystemRandom random;
    Threads threads;
    Session session(
        {.service = service, .service_dir = service_dir, .data_dir = arguments.at("--data")},
        {.connect =
             [&] {
                 return client::Api::create(
                     arguments.at("--url"),
                     {.token = token, .http = {.tls_ca = arguments.at("--tls-ca")}});
             },
         .plugin = *plugin,
         .clock = clock,
         .random = random,
         .log = log,
         .start_thread = [&](std::string name,
                             std::function<void()> body) { threads.start(name, std::move(body)); },
         .await_threads = [&](Duration most) { return threads.await(most); }});

    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ending, nullptr);
    std::thread([&ending, &session] {
        int signal = 0;
        sigwait(&ending, &signal);
        session.stop();
    }).detach();
    // Steps that are stuck must not see anything destroyed.
    end(log, session.run());
}

}  // namespace

int main(int count, char** values) {
    const auto arguments = parse_arguments(count, values);
    if (!arguments) {
        std::fprintf(stderr, "%s\n%s", arguments.error().message().c_str(), kUsage.data());
        return 2;
    }
    const auto level = parse_log_level(arguments->at("--log-level"));
    Log log({.level = level ? *level : LogLevel::Info, .part = "synchronizer"});
    end(log, run(*arguments, log));
}
