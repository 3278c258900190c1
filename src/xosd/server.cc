#include "xosd/server.h"

#include "api/api.h"
#include "api/thread_pool.h"
#include "base/crypto.h"
#include "base/metrics.h"
#include "base/system_clock.h"
#include "core/first_start.h"
#include "core/rules/core_rules.h"
#include "journal/sqlite_engine.h"
#include "xosd/data_directory.h"
#include "xosd/housekeeper.h"
#include "xosd/service_runner.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdio>
#include <thread>

namespace xos::xosd {

namespace {

constexpr Duration kPatience{5'000};
/// Journals up to these sizes are checked whole: before anything is answered, and soon after.
constexpr std::int64_t kCheckedFirst = std::int64_t{16} << 20;
constexpr std::int64_t kCheckedLater = std::int64_t{256} << 20;

void block_signals(sigset_t& signals) {
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGTERM);
    ::sigaddset(&signals, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
}

std::thread named_thread(const char* name, std::function<void()> body) {
    std::thread thread(std::move(body));
    ::pthread_setname_np(thread.native_handle(), name);
    return thread;
}

/// A thread that is told to stop and waited for when this goes out of scope.
class Worker {
public:
    Worker(const char* name, std::function<void()> body, std::function<void()> stop)
        : stop_(std::move(stop)), thread_(named_thread(name, std::move(body))) {}
    ~Worker() {
        stop_();
        thread_.join();
    }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

private:
    const std::function<void()> stop_;
    std::thread thread_;
};

/// Each connection is an open file, so as many as the system lets the process have.
void raise_file_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// Commits what an empty model starts with; how its root user logs in.
Result<FirstLogin> fill_empty_model(kernel::Kernel& kernel, const std::string& data,
                                    Random& random) {
    auto login = TRY(make_first_login(data, random));
    const std::string hash = TRY(hash_password(login.password));
    TRY(kernel.commit(core::first_start(kernel.schema(), login.email, hash)));
    return login;
}

void say_where(const std::string& url, const std::optional<FirstLogin>& first,
               const Options& options) {
    std::string login = "log in with `xos login " + url + "`";
    if (first && !first->password_file.empty())
        login += " as " + first->email + ", password in " + first->password_file;
    else if (first)
        login += " as " + first->email;
    else if (::access((options.data + "/admin-password").c_str(), R_OK) == 0)
        login += ", password of the first root user in " + options.data + "/admin-password";
    std::printf("XOS listens on %s; %s\n", url.c_str(), login.c_str());
    std::fflush(stdout);
}

/// How processes on this machine reach the server.
std::string local_url(const Options& options, std::uint16_t port) {
    std::string address = options.address;
    if (address == "0.0.0.0")
        address = "127.0.0.1";
    else if (address == "::")
        address = "::1";
    if (address.find(':') != std::string::npos)
        address = "[" + address + "]";
    return (options.tls_certificate.empty() ? "http://" : "https://") + address + ":" +
           std::to_string(port);
}

/// All that the process holds, in the order in which it is made; it goes in the reverse order.
struct World {
    SystemClock clock;
    SystemWallClock wall_clock;
    SystemRandom random;
    Metrics metrics;
    std::unique_ptr<journal::SqliteEngine> journal;
    std::unique_ptr<kernel::Kernel> kernel;
    std::unique_ptr<supervisor::Link> link;
    std::unique_ptr<ServiceRunner> runner;
    std::unique_ptr<Housekeeper> housekeeper;
    std::unique_ptr<api::ThreadPool> workers, delivery;
    std::unique_ptr<api::Api> api;
};

void report_trouble(Log& log, const Error* trouble) {
    if (trouble)
        log.error("commits fail", {{"error", *trouble}});
    else
        log.info("commits succeed again");
}

Result<void> open_kernel(World& world, std::vector<ServiceFolder>& services, const Options& options,
                         Log& log) {
    const auto schema = TRY(build_schema(services, log));
    auto observations = TRY(observations_of(services, *schema));
    auto rights = TRY(rights_of(services, *schema));
    Keyring keyring = TRY(read_keyring(options.data));
    const bool has_keyring = !keyring.is_empty();
    if (!has_keyring)
        keyring.add(world.random);
    world.kernel = TRY(kernel::Kernel::open(
        {.schema = schema,
         .journal = *world.journal,
         .clock = world.wall_clock,
         .rules = core::make_core_rules(*schema),
         .access = access::Access(std::move(rights)),
         .observations = std::move(observations),
         .sealing = kernel::Sealing(keyring),
         .on_trouble = [&log](const Error* trouble) { report_trouble(log, trouble); }}));
    // Only now it is known that no secret in the journal belongs to a keyring that was lost.
    if (!has_keyring)
        TRY(write_keyring(options.data, keyring));
    if (const std::size_t count = TRY(world.kernel->seal_anew()); count > 0)
        log.info("secrets sealed anew", {{"objects", count}, {"key", keyring.newest_id()}});
    return {};
}

/// The rest of what can be checked of a journal that was too large to have all wait for it. A
/// larger one has only been checked as far as the start has read it: all objects.
void check_rest(const World& world, const Options& options, Log& log) {
    struct stat status {};
    const std::string file = options.data + "/journal.db";
    if (::stat(file.c_str(), &status) != 0 || status.st_size <= kCheckedFirst ||
        status.st_size > kCheckedLater)
        return;
    const auto checked = world.journal->verify();
    if (checked)
        return;
    log.error("the journal cannot be checked", {{"error", checked.error()}});
    if (checked.error().code() == ErrorCode::Internal)
        world.kernel->report_damage(checked.error());
}

Result<void> open_world(World& world, const Options& options, int socket, Log& log) {
    world.journal = TRY(journal::SqliteEngine::open(
        {.directory = options.data, .check_up_to = kCheckedFirst}, world.random));
    auto services = read_service_folders(options.services, log);
    TRY(open_kernel(world, services, options, log));
    world.link = std::make_unique<supervisor::Link>(socket);
    world.runner =
        std::make_unique<ServiceRunner>(std::move(services), *world.kernel, *world.link, log);
    world.housekeeper = std::make_unique<Housekeeper>(*world.journal, world.wall_clock, log);
    world.workers = std::make_unique<api::ThreadPool>("xos-work", 2);
    world.delivery = std::make_unique<api::ThreadPool>("xos-watch", 1);
    api::Options api_options;
    api_options.content_directory = options.data + "/content";
    api_options.plan_key = TRY(load_key(options.data + "/plan-key", world.random));
    world.api = TRY(api::Api::create({.kernel = *world.kernel,
                                      .clock = world.clock,
                                      .wall_clock = world.wall_clock,
                                      .random = world.random,
                                      .log = log,
                                      .metrics = world.metrics,
                                      .workers = *world.workers,
                                      .delivery = *world.delivery,
                                      .services = world.link.get(),
                                      .options = api_options}));
    world.kernel->add_listener([&](const auto& announcement) {
        world.runner->changed(*announcement);
        world.housekeeper->wake();
    });
    return {};
}

Result<void> run_world(World& world, const Options& options, const sigset_t& signals, Log& log) {
    std::optional<FirstLogin> first;
    if (world.journal->head() == Revision{})
        first = TRY(fill_empty_model(*world.kernel, options.data, world.random));
    http::Server::Options http{.address = options.address, .port = options.port};
    http.tls_certificate = options.tls_certificate;
    http.tls_key = options.tls_key;
    world.api->configure(http);
    const auto server = TRY(http::Server::start(std::move(http), world.api->handler()));
    const std::string url = local_url(options, server->port());
    if (must_services_wait(options.data))
        log.warning("services wait since the data was restored: remove the file and start anew",
                    {{"file", restored_file(options.data)}});
    else
        TRY(world.runner->start(
            *world.api,
            {.url = url, .tls_ca = options.tls_certificate, .data = options.data + "/services"}));
    say_where(url, first, options);
    int signal = 0;
    ::sigwait(&signals, &signal);
    server->stop(kPatience);
    return {};
}

}  // namespace

Result<void> serve(const Options& options, int socket, Log& log) {
    sigset_t signals;
    block_signals(signals);
    raise_file_limit();
    World world;
    TRY(open_world(world, options, socket, log));
    Result<void> result;
    {
        const Worker housekeeper(
            "xos-journal",
            [&] {
                check_rest(world, options, log);
                world.housekeeper->run();
            },
            [&] { world.housekeeper->stop(); });
        const Worker commits(
            "xos-commit", [&] { world.kernel->run(); }, [&] { world.kernel->stop(); });
        const Worker link(
            "xos-link", [&] { world.link->run(); }, [&] { world.link->close(); });
        result = run_world(world, options, signals, log);
        world.workers->stop();
        world.delivery->stop();
    }
    return result;
}

}  // namespace xos::xosd
