#include "services/local/cloud.h"
#include "services/local/files.h"
#include "services/local/testing/host_fixture.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <random>
#include <sstream>
#include <thread>

namespace xos::local {

using testing::HostFixture;

namespace {

constexpr std::uint64_t kInstances = 8;

/// The lines of `text` that hold `word`.
std::string lines_with(const std::string& text, const std::string& word) {
    std::istringstream lines(text);
    std::string line;
    std::string found;
    while (std::getline(lines, line)) {
        if (line.find(word) != std::string::npos)
            found += line + "\n";
    }
    return found;
}

/// All that the cloud could leave on the host: in the namespace that plays the host's network, and
/// of mounts, cgroups and processes what carries the lineage or lies in the fixture's folders.
std::string traces(const HostFixture& host) {
    const CloudOptions& options = host.options();
    std::string text = host.outside(
        "ip -o link; ip -o addr; ip route; nft list ruleset; cd /proc/sys/net/ipv4;"
        "grep . ip_forward conf/*/forwarding conf/*/accept_redirects");
    const auto mounts = read_file("/proc/self/mounts");
    REQUIRE_OK(mounts);
    text += lines_with(*mounts, options.state_dir) + lines_with(*mounts, options.netns_dir);
    text += host.outside("find /sys/fs/cgroup -maxdepth 3 -name '" + options.lineage + "*'");
    text += lines_with(host.outside("cat /proc/[0-9]*/cgroup 2>/dev/null"), options.lineage);
    text += host.outside("ls " + options.netns_dir + " " + options.runtime_dir + " 2>/dev/null");
    return text;
}

/// Two networks with `kInstances` instances on both.
struct Plan {
    std::vector<NetworkSpec> networks;
    std::vector<InstanceSpec> instances;

    Plan(const HostFixture& host, const Cloud& cloud) {
        networks = {{.id = {1}}, {.id = {2}}};
        const auto gateway = parse_ipv4_prefix("10.64.1.1/24");
        REQUIRE_OK(gateway);
        networks[1].gateway = *gateway;
        for (std::uint64_t i = 0; i < kInstances; ++i) {
            InstanceSpec spec = host.instance(cloud, 10 + i);
            const std::string last = std::to_string(2 + i) + "/24";
            spec.ports = {host.port(100 + 2 * i, 1, 0, "10.64.0." + last),
                          host.port(101 + 2 * i, 2, 1, "10.64.1." + last)};
            spec.ports[1].gateway = gateway->address;
            instances.push_back(std::move(spec));
        }
    }

    Result<void> apply(Cloud& cloud) const {
        for (const NetworkSpec& network : networks)
            TRY(cloud.ensure_network(network));
        for (const InstanceSpec& instance : instances)
            TRY(cloud.ensure_instance(instance));
        return {};
    }

    Result<void> remove(Cloud& cloud) const {
        for (const InstanceSpec& instance : instances)
            TRY(cloud.remove_instance(instance.id));
        for (const NetworkSpec& network : networks)
            TRY(cloud.remove_network(network.id));
        return {};
    }
};

bool is_whole(const HostFixture& host, const Cloud& cloud, const InstanceSpec& spec) {
    return host.inside(cloud, spec.id.value,
                       "ip -4 -o addr | grep -c eth; ping -c 1 -W 2 10.64.1.1 "
                       ">/dev/null && echo reached") == "2\nreached\n";
}

}  // namespace

TEST_CASE("down leaves the host as it was, whatever runs") {
    if (testing::skipped())
        return;
    HostFixture host;
    // Settings that passing packets on changes beside its own.
    host.outside("echo 0 > /proc/sys/net/ipv4/conf/all/accept_redirects");
    const std::string before = traces(host);
    auto cloud = host.open();
    const Plan plan(host, *cloud);
    REQUIRE_OK(plan.apply(*cloud));
    CHECK(traces(host) != before);
    cloud.reset();

    REQUIRE_OK(Cloud::down(host.options()));
    CHECK(traces(host) == before);
    REQUIRE_OK(Cloud::down(host.options()));
    CHECK(traces(host) == before);
}

TEST_CASE("a new process takes over what runs and disturbs nothing") {
    if (testing::skipped())
        return;
    HostFixture host;
    auto cloud = host.open();
    const Plan plan(host, *cloud);
    REQUIRE_OK(plan.apply(*cloud));
    std::vector<pid_t> pids;
    for (const InstanceSpec& spec : plan.instances)
        pids.push_back(cloud->find_instance(spec.id).pid);
    const auto before = cloud->uplink();
    cloud = host.open();
    REQUIRE_OK(plan.apply(*cloud));
    for (std::size_t i = 0; i < pids.size(); ++i)
        CHECK(cloud->find_instance(plan.instances[i].id).pid == pids[i]);
    const auto inventory = cloud->scan();
    REQUIRE_OK(inventory);
    CHECK(inventory->instances.size() == kInstances);
    CHECK(inventory->ports.size() == 2 * kInstances);
    CHECK(inventory->networks.size() == 2);
    CHECK((*cloud->uplink())->host_address == (*before)->host_address);
    CHECK(is_whole(host, *cloud, plan.instances[0]));
}

TEST_CASE("killed at any moment, it goes on without anything twice or left") {
    if (testing::skipped())
        return;
    HostFixture host;
    { const auto warm = host.open()->images().builtin(); }
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random(seed);
    for (int round = 0; round < 8; ++round) {
        const pid_t child = ::fork();
        if (child == 0) {
            auto cloud = host.open();
            const Plan plan(host, *cloud);
            const bool fine = plan.apply(*cloud).has_value() && plan.remove(*cloud).has_value();
            ::_exit(fine ? 0 : 1);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 900));
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
    }
    auto cloud = host.open();
    const Plan plan(host, *cloud);
    REQUIRE_OK(plan.apply(*cloud));
    for (const InstanceSpec& spec : plan.instances)
        CHECK(is_whole(host, *cloud, spec));
    const auto inventory = cloud->scan();
    REQUIRE_OK(inventory);
    CHECK(inventory->instances.size() == kInstances);
    CHECK(inventory->ports.size() == 2 * kInstances);
    CHECK(inventory->disks.size() == kInstances);
    REQUIRE_OK(plan.remove(*cloud));
    CHECK(lines_with(traces(host), "/" + host.options().lineage + "/").empty());
}

TEST_CASE("instances are made and removed by several threads at once") {
    if (testing::skipped())
        return;
    HostFixture host;
    auto cloud = host.open();
    const Plan plan(host, *cloud);
    for (const NetworkSpec& network : plan.networks)
        REQUIRE_OK(cloud->ensure_network(network));
    const auto in_parallel = [&](const std::function<Result<void>(const InstanceSpec&)>& work) {
        std::vector<Result<void>> outcomes(plan.instances.size());
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < plan.instances.size(); ++i)
            threads.emplace_back([&, i] { outcomes[i] = work(plan.instances[i]); });
        for (std::thread& thread : threads)
            thread.join();
        for (const Result<void>& outcome : outcomes)
            REQUIRE_OK(outcome);
    };
    in_parallel([&](const InstanceSpec& spec) -> Result<void> {
        TRY(cloud->ensure_instance(spec));
        return {};
    });
    for (const InstanceSpec& spec : plan.instances)
        CHECK(is_whole(host, *cloud, spec));
    in_parallel([&](const InstanceSpec& spec) { return cloud->remove_instance(spec.id); });
    const auto inventory = cloud->scan();
    REQUIRE_OK(inventory);
    CHECK(inventory->instances.empty());
    CHECK(inventory->ports.empty());
}

TEST_CASE("two clouds on one host with equal ids and subnets do not meet") {
    if (testing::skipped())
        return;
    HostFixture host;
    CloudOptions second = host.options();
    second.lineage += "-b";
    second.state_dir += "-b";
    const std::string before = traces(host);
    {
        auto one = host.open();
        auto two = Cloud::open(second);
        REQUIRE_OK(two);
        const Plan plan_one(host, *one);
        const Plan plan_two(host, **two);
        REQUIRE_OK(plan_one.apply(*one));
        REQUIRE_OK(plan_two.apply(**two));
        CHECK((*one->uplink())->host_address != (*(*two)->uplink())->host_address);
        REQUIRE_OK(Cloud::down(second));
        CHECK(is_whole(host, *one, plan_one.instances[0]));
        CHECK(host.outside("cat /proc/sys/net/ipv4/ip_forward") == "1\n");
    }
    REQUIRE_OK(Cloud::down(host.options()));
    CHECK(traces(host) == before);
}

}  // namespace xos::local
