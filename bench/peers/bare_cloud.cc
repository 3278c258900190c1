// The same containers and interfaces as a cloud of services/local, made by a bare loop that calls
// crun and the kernel and does nothing else: it looks at nothing first, remembers all, repeats
// nothing, filters nothing, and cannot go on after a crash. The peer of services/local.
//
//   bare_cloud FOLDER PROGRAMS INSTANCES NETWORKS PORTS WORKERS
//
// FOLDER is empty and on the disk to measure, PROGRAMS holds instance-init. Prints the seconds that
// making and removing took. Needs root; works in namespaces of its own. Only formats (the bundle,
// netlink messages) and the root file system are shared with services/local.

#include "services/local/bundle.h"
#include "services/local/cgroups.h"
#include "services/local/files.h"
#include "services/local/images.h"
#include "services/local/netlink.h"

#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <thread>

extern char** environ;

namespace xos::local {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== bench\n";

struct Plan {
    std::string folder;
    std::string programs;
    std::uint64_t instances = 200;
    std::uint64_t networks = 20;
    std::uint64_t ports = 2;
    std::uint64_t workers = 2;
};

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

Error failed(const std::string& what) {
    return Error(ErrorCode::Unavailable, what);
}

/// Runs crun to its end.
Result<void> run_crun(const std::string& root, const std::string& log,
                      const std::vector<std::string>& words) {
    std::vector<std::string> all{"crun", "--root", root, "--cgroup-manager", "cgroupfs"};
    all.insert(all.end(), words.begin(), words.end());
    std::vector<char*> arguments;
    for (std::string& word : all)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    pid_t pid = 0;
    const int problem = ::posix_spawnp(&pid, "crun", &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    if (problem != 0 || ::waitpid(pid, &status, 0) != pid || status != 0)
        return failed("crun " + words.front() + " failed: " + TRY(read_file(log)));
    return {};
}

Result<void> write_plain(const std::string& path, const std::string& text, mode_t mode = 0644) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    const bool good =
        file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::close(file);
    return good ? Result<void>{} : failed("write " + path);
}

Ipv4Prefix address(std::uint64_t network, std::uint64_t host) {
    return {Ipv4{static_cast<std::uint32_t>(0x0a400000 + network * 256 + host)}, 24};
}

class BareCloud {
public:
    BareCloud(const Plan& plan, const Names& names, const CloudOptions& options)
        : plan_(plan), names_(names), layout_(options) {}

    Result<void> prepare();
    Result<void> make_networks();
    Result<void> make_instance(std::uint64_t i);
    Result<void> remove_links();
    Result<void> remove_instance(std::uint64_t i);
    /// Calls `step` for each instance on the workers.
    Result<void> in_parallel(const std::function<Result<void>(std::uint64_t)>& step) const;
    void clean_up() const { cgroups_.remove(names_.cgroup({0})); }

private:
    InstanceSpec spec_of(std::uint64_t i) const;
    Result<void> make_files(const InstanceSpec& spec) const;
    Result<void> plug(const InstanceSpec& spec, const std::string& pid_file) const;

    const Plan plan_;
    const Names names_;
    const Layout layout_;
    Cgroups cgroups_;
    std::string rootfs_;
    std::optional<NetworkNamespace> cloud_;
    std::vector<int> bridges_;
};

/// What exists once and for all before a cloud is made, so it does not count.
Result<void> BareCloud::prepare() {
    for (const std::string& path :
         {layout_.crun(), layout_.instances(), layout_.images(), layout_.disks()})
        TRY(make_directories(path));
    rootfs_ = TRY(Images(layout_).builtin());
    cgroups_ = TRY(Cgroups::find());
    if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr))
        return failed("unshare");
    // crun refuses hosts with both versions of cgroups.
    for (const std::string& path : cgroups_.hybrid())
        ::umount2(path.c_str(), MNT_DETACH);
    return {};
}

Result<void> BareCloud::make_networks() {
    cloud_ = TRY(NetworkNamespace::create_named(plan_.folder + "/netns"));
    Netlink netlink = TRY(Netlink::open(*cloud_));
    std::vector<NetlinkRequest> requests;
    for (std::uint64_t n = 0; n < plan_.networks; ++n) {
        const ObjectId id{1 + n};
        requests.push_back(add_bridge(bridge_name(id), names_.group(), bridge_mac(id)));
        requests.push_back(set_up(bridge_name(id)));
    }
    TRY(netlink.send(requests));
    for (std::uint64_t n = 0; n < plan_.networks; ++n) {
        const auto link = TRY(netlink.find_link(bridge_name({1 + n})));
        if (!link)
            return failed("a bridge is not there");
        bridges_.push_back(link->index);
    }
    return {};
}

InstanceSpec BareCloud::spec_of(std::uint64_t i) const {
    InstanceSpec spec{.id = {1000 + i}, .hostname = "i" + std::to_string(i), .rootfs = rootfs_};
    spec.limits = {.memory_bytes = 512 << 20, .cpu_millis = 1000, .processes = 512};
    spec.hosts = "127.0.0.1 localhost\n";
    spec.authorized_keys = kKey;
    for (std::uint64_t p = 0; p < plan_.ports; ++p) {
        const std::uint64_t network = (i + p) % plan_.networks;
        PortSpec port{.id = {10'000 + i * plan_.ports + p}, .network = {network}};
        port.number = static_cast<int>(p);
        port.mac = Mac{{6, 0, 0, static_cast<std::uint8_t>(p), static_cast<std::uint8_t>(i >> 8),
                        static_cast<std::uint8_t>(i)}};
        port.address = address(network, 2 + i % 250);
        spec.ports.push_back(std::move(port));
    }
    return spec;
}

/// The disk, its overlay, and what the instance sees in /etc and /root/.ssh.
Result<void> BareCloud::make_files(const InstanceSpec& spec) const {
    const std::string bundle = layout_.bundle(spec.id), disk = layout_.disk(spec.id);
    const std::string etc = layout_.etc(spec.id), ssh = layout_.ssh(spec.id);
    for (const std::string& path : {bundle, bundle + "/rootfs", etc, ssh, disk, disk + "/work",
                                    disk + "/upper", disk + "/upper/etc"})
        ::mkdir(path.c_str(), path == ssh ? 0700 : 0755);
    for (const std::string name : {"hosts", "hostname", "resolv.conf"}) {
        if (::symlink(("xos/" + name).c_str(), (disk + "/upper/etc/" + name).c_str()) != 0)
            return failed("link " + name);
    }
    TRY(write_plain(etc + "/hosts", spec.hosts));
    TRY(write_plain(etc + "/hostname", spec.hostname + "\n"));
    TRY(write_plain(etc + "/resolv.conf", ""));
    TRY(write_plain(etc + "/user-data", "", 0700));
    TRY(write_plain(etc + "/init", ""));
    TRY(write_plain(ssh + "/authorized_keys", spec.authorized_keys, 0600));
    TRY(write_plain(bundle + "/config.json",
                    format_bundle(names_, layout_, spec,
                                  {.limits = true, .init = plan_.programs + "/instance-init"})));
    const std::string options =
        "lowerdir=" + spec.rootfs + ",upperdir=" + disk + "/upper,workdir=" + disk + "/work";
    if (::mount("overlay", (bundle + "/rootfs").c_str(), "overlay", 0, options.c_str()) != 0)
        return failed("mount overlay");
    return {};
}

Result<void> BareCloud::plug(const InstanceSpec& spec, const std::string& pid_file) const {
    const std::string pid = TRY(read_file(pid_file));
    const auto inside = TRY(NetworkNamespace::of_process(std::atoi(pid.c_str())));
    Netlink here = TRY(Netlink::open(*cloud_));
    Netlink there = TRY(Netlink::open(inside));
    std::vector<NetlinkRequest> plugs;
    for (const PortSpec& port : spec.ports)
        plugs.push_back(add_veth({.name = port_name(port.id),
                                  .group = names_.group(),
                                  .bridge = bridges_[port.network.value],
                                  .peer_name = "eth" + std::to_string(port.number),
                                  .peer_mac = port.mac,
                                  .peer_namespace = inside.descriptor()}));
    TRY(here.send(plugs));
    std::vector<NetlinkRequest> settings{set_up("lo")};
    for (const Link& link : TRY(there.links())) {
        if (!link.name.starts_with("eth"))
            continue;
        const auto number = static_cast<std::size_t>(std::atoi(link.name.c_str() + 3));
        settings.push_back(add_address(link.index, spec.ports[number].address));
        settings.push_back(set_up(link.index));
    }
    return there.send(settings);
}

Result<void> BareCloud::make_instance(std::uint64_t i) {
    const InstanceSpec spec = spec_of(i);
    const std::string bundle = layout_.bundle(spec.id);
    const std::string pid_file = bundle + "/pid";
    const std::string name = names_.container(spec.id);
    TRY(make_files(spec));
    TRY(run_crun(layout_.crun(), bundle + "/log",
                 {"create", "--bundle", bundle, "--pid-file", pid_file, name}));
    TRY(plug(spec, pid_file));
    return run_crun(layout_.crun(), bundle + "/log", {"start", name});
}

Result<void> BareCloud::remove_links() {
    Netlink netlink = TRY(Netlink::open(*cloud_));
    return netlink.send(delete_link_group(names_.group()));
}

Result<void> BareCloud::remove_instance(std::uint64_t i) {
    const ObjectId id{1000 + i};
    const std::string bundle = layout_.bundle(id);
    TRY(run_crun(layout_.crun(), bundle + "/log", {"delete", "--force", names_.container(id)}));
    if (::umount2((bundle + "/rootfs").c_str(), MNT_DETACH) != 0)
        return failed("umount");
    TRY(remove_tree(bundle));
    return remove_tree(layout_.disk(id));
}

Result<void> BareCloud::in_parallel(const std::function<Result<void>(std::uint64_t)>& step) const {
    std::atomic<std::uint64_t> next{0};
    std::mutex mutex;
    Result<void> outcome;
    std::vector<std::thread> workers;
    for (std::uint64_t w = 0; w < plan_.workers; ++w) {
        workers.emplace_back([&] {
            for (std::uint64_t i = next++; i < plan_.instances; i = next++) {
                auto done = step(i);
                const std::scoped_lock lock(mutex);
                if (!done)
                    outcome = std::move(done);
            }
        });
    }
    for (std::thread& worker : workers)
        worker.join();
    return outcome;
}

Result<void> measure(BareCloud& cloud) {
    TRY(cloud.prepare());
    const auto start = Clock::now();
    TRY(cloud.make_networks());
    TRY(cloud.in_parallel([&](std::uint64_t i) { return cloud.make_instance(i); }));
    const double made = seconds_since(start);
    const auto end = Clock::now();
    TRY(cloud.remove_links());
    TRY(cloud.in_parallel([&](std::uint64_t i) { return cloud.remove_instance(i); }));
    std::printf("%.4f %.4f\n", made, seconds_since(end));
    return {};
}

Result<void> run(int count, char** words) {
    if (count != 7)
        return failed("usage: bare_cloud FOLDER PROGRAMS INSTANCES NETWORKS PORTS WORKERS");
    const auto number = [&](int at) {
        return std::max(1ull, std::strtoull(words[at], nullptr, 10));
    };
    Plan plan{.folder = words[1], .programs = words[2], .instances = number(3)};
    plan.networks = number(4);
    plan.ports = std::min(plan.networks, std::uint64_t{number(5)});
    plan.workers = number(6);
    const CloudOptions options{.lineage = "bare-" + std::to_string(::getpid()),
                               .runtime_dir = plan.folder + "/run",
                               .state_dir = plan.folder + "/state"};
    const Names names = TRY(Names::create(options.lineage));
    BareCloud cloud(plan, names, options);
    auto outcome = measure(cloud);
    cloud.clean_up();
    TRY(NetworkNamespace::remove_named(plan.folder + "/netns"));
    return outcome;
}

}  // namespace
}  // namespace xos::local

int main(int count, char** words) {
    if (const auto done = xos::local::run(count, words); !done) {
        std::fprintf(stderr, "bare_cloud: %s\n", done.error().message().c_str());
        return 1;
    }
    return 0;
}
