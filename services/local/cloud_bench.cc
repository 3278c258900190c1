// How long the driver alone takes: local_bench [INSTANCES [NETWORKS [PORTS [THREADS]]]]
//
// Makes the instances, each on PORTS networks, looks at them all once more, removes them. Works in
// folders and a host's network namespace of its own, and cleans up. Needs root.

#include "services/local/cloud.h"
#include "services/local/files.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <thread>

namespace xos::local {
namespace {

struct Plan {
    std::uint64_t instances = 100;
    std::uint64_t networks = 3;
    std::uint64_t ports = 2;
    std::size_t threads = 4;
};

/// Runs `step`, says how long it took.
Result<void> timed(const char* what, const std::function<Result<void>()>& step) {
    const auto start = std::chrono::steady_clock::now();
    TRY(step());
    const auto took = std::chrono::steady_clock::now() - start;
    std::printf("%-12s %8.1f ms\n", what, std::chrono::duration<double, std::milli>(took).count());
    return {};
}

Result<void> in_parallel(const Plan& plan, const std::function<Result<void>(std::uint64_t)>& work) {
    std::atomic<std::uint64_t> next{0};
    std::mutex mutex;
    Result<void> outcome;
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < plan.threads; ++t) {
        threads.emplace_back([&] {
            for (std::uint64_t i = next++; i < plan.instances; i = next++) {
                auto done = work(i);
                const std::scoped_lock lock(mutex);
                if (!done)
                    outcome = std::move(done);
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    return outcome;
}

Ipv4Prefix address(std::uint64_t network, std::uint64_t host) {
    return {Ipv4{static_cast<std::uint32_t>(0x0a400000 + network * 256 + host)}, 24};
}

InstanceSpec instance(const Plan& plan, const std::string& rootfs, std::uint64_t i) {
    InstanceSpec spec{.id = {1000 + i}, .hostname = "i" + std::to_string(i), .rootfs = rootfs};
    spec.limits = {.memory_bytes = 256 << 20, .cpu_millis = 1000, .processes = 200};
    spec.hosts = "127.0.0.1 localhost\n";
    spec.authorized_keys = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== nobody\n";
    for (std::uint64_t p = 0; p < plan.ports; ++p) {
        const std::uint64_t network = (i + p) % plan.networks;
        PortSpec port{.id = {10'000 + i * plan.ports + p}, .network = {1 + network}};
        port.number = static_cast<int>(p);
        port.mac = Mac{{6, 0, 0, static_cast<std::uint8_t>(p), static_cast<std::uint8_t>(i >> 8),
                        static_cast<std::uint8_t>(i)}};
        port.address = address(network, 2 + i % 250);
        spec.ports.push_back(std::move(port));
    }
    return spec;
}

Result<void> measure(const Plan& plan, const CloudOptions& options) {
    TRY(NetworkNamespace::create_named(options.host_netns));
    std::unique_ptr<Cloud> cloud;
    std::string rootfs;
    TRY(timed("open", [&]() -> Result<void> {
        cloud = TRY(Cloud::open(options));
        return {};
    }));
    TRY(timed("image", [&]() -> Result<void> {
        rootfs = TRY(cloud->images().builtin());
        return {};
    }));
    TRY(timed("networks", [&]() -> Result<void> {
        for (std::uint64_t n = 0; n < plan.networks; ++n) {
            NetworkSpec network{.id = {1 + n}};
            if (n == 0)
                network.gateway = address(n, 1);
            TRY(cloud->ensure_network(network));
        }
        return {};
    }));
    const auto ensure = [&](std::uint64_t i) -> Result<void> {
        TRY(cloud->ensure_instance(instance(plan, rootfs, i)));
        return {};
    };
    TRY(timed("instances", [&] { return in_parallel(plan, ensure); }));
    TRY(timed("again", [&] { return in_parallel(plan, ensure); }));
    TRY(timed("scan", [&]() -> Result<void> {
        TRY(cloud->scan());
        return {};
    }));
    return timed("remove", [&] {
        return in_parallel(plan,
                           [&](std::uint64_t i) { return cloud->remove_instance({1000 + i}); });
    });
}

std::uint64_t number(int count, char** words, int at, std::uint64_t otherwise) {
    return at < count ? std::max(1ull, std::strtoull(words[at], nullptr, 10)) : otherwise;
}

int run(int count, char** words) {
    Plan plan;
    plan.instances = number(count, words, 1, plan.instances);
    plan.networks = number(count, words, 2, plan.networks);
    plan.ports = std::min(number(count, words, 3, plan.ports), plan.networks);
    plan.threads = number(count, words, 4, plan.threads);
    char folder[] = "/tmp/xos-local-bench-XXXXXX";
    if (::mkdtemp(folder) == nullptr)
        return 1;
    const std::string base = folder;
    const CloudOptions options{.lineage = "bench-" + std::to_string(::getpid()),
                               .runtime_dir = base + "/run",
                               .state_dir = base + "/state",
                               .netns_dir = base + "/netns",
                               .host_netns = base + "/host",
                               .program_dir = XOS_LOCAL_PROGRAMS};
    auto outcome = measure(plan, options);
    const auto removed = timed("down", [&] { return Cloud::down(options); });
    for (const auto& last :
         {NetworkNamespace::remove_named(options.host_netns), remove_tree(base)}) {
        if (outcome && !last)
            outcome = last;
    }
    if (outcome && removed)
        return 0;
    const Error& error = outcome ? removed.error() : outcome.error();
    std::fprintf(stderr, "local_bench: %s\n", error.message().c_str());
    return 1;
}

}  // namespace
}  // namespace xos::local

int main(int count, char** words) {
    return xos::local::run(count, words);
}
