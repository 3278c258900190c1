#pragma once

#include "api/api.h"
#include "api/testing/answers.h"
#include "api/thread_pool.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/random.h"
#include "base/testing/fake_clock.h"
#include "base/testing/fake_wall_clock.h"
#include "base/testing/temporary_directory.h"
#include "journal/testing/memory_engine.h"
#include "kernel/kernel.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace xos::api {

class Accounts;

/// The API with a kernel on a journal in memory and the test's models; requests come without a
/// network. Root is "root@x" and user "ann@x" is nobody special; both have the password "secret".
class ApiWorld {
public:
    struct Request {
        std::string method = "GET";
        std::string target;
        std::string body;
        http::Headers headers;
    };
    /// Changes the parts before the API is made.
    using Adjust = std::function<void(Parts&)>;

    explicit ApiWorld(const Adjust& adjust = {});
    ~ApiWorld();

    /// What a request without any means of signing in is answered.
    Answer send_bare(Request request);
    /// The same as whoever `token` stands for; root's when it is empty.
    Answer send(Request request, std::string_view token = "");
    Answer get(std::string target, std::string_view token = "");
    Answer post(std::string target, std::string body, std::string_view token = "");
    Answer patch(std::string target, std::string body, std::string_view token = "");
    Answer remove(std::string target, std::string_view token = "");
    Events open(std::string target, std::string_view token = "", std::string_view last = "");
    /// A request whose body comes in pieces.
    Answer upload(Request request, std::deque<std::string> pieces);

    /// The id of an object that is made by POST for certain.
    std::int64_t make(std::string_view path, std::string body);
    kernel::Kernel& kernel() { return *kernel_; }
    journal::MemoryEngine& journal() { return journal_; }
    Api& api() { return *api_; }
    FakeClock& clock() { return clock_; }
    FakeWallClock& wall_clock() { return wall_clock_; }
    Metrics& metrics() { return metrics_; }
    const std::string& directory() const { return directory_.path(); }
    const std::string& root_token() const { return root_token_; }
    const std::string& ann_token() const { return ann_token_; }
    /// Of the Service "local", which makes all Instances real.
    const std::string& local_token() const { return local_token_; }
    std::int64_t site = 0, root = 0, ann = 0, local = 0;

private:
    std::shared_ptr<http::FakeExchange> begin(Request request, std::deque<std::string> pieces = {});
    Answer finish(http::FakeExchange& exchange);
    void fill();
    std::string make_token(const Accounts& accounts, std::int64_t user);

    TemporaryDirectory directory_;
    FakeClock clock_;
    FakeWallClock wall_clock_;
    SystemRandom random_;
    Log log_{{.level = LogLevel::Error}};
    Metrics metrics_;
    journal::MemoryEngine journal_;
    std::unique_ptr<kernel::Kernel> kernel_;
    std::unique_ptr<Api> api_;
    ThreadPool workers_{"test-work", 2};
    ThreadPool delivery_{"test-watch", 1};
    std::thread thread_;
    std::string root_token_, ann_token_, local_token_;
};

}  // namespace xos::api
