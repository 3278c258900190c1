#include "services/local/cloud.h"

#include "base/file.h"
#include "services/local/files.h"
#include "services/local/instance_files.h"
#include "services/local/system_error.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>

namespace xos::local {

struct Cloud::Foundation {
    CloudOptions options;
    Names names;
    HostReport report;
    NetworkNamespace host;
    NetworkNamespace cloud;
    std::unique_ptr<Firewall> firewall;
};

namespace {

Result<void> check(const CloudOptions& options) {
    for (const std::string* path :
         {&options.runtime_dir, &options.state_dir, &options.program_dir, &options.netns_dir}) {
        if (path->empty() || path->front() != '/')
            return Error(ErrorCode::Invalid, "\"" + *path + "\" is no absolute path");
    }
    if (options.state_dir.find_first_of(":,\\") != std::string::npos)
        return Error(ErrorCode::Invalid,
                     "\"" + options.state_dir + "\" has a ':', ',' or '\\' in it");
    return {};
}

Result<NetworkNamespace> open_host(const CloudOptions& options) {
    return options.host_netns.empty() ? NetworkNamespace::current()
                                      : NetworkNamespace::open(options.host_netns);
}

std::string namespace_path_of(const CloudOptions& options, const Names& names) {
    return options.netns_dir + "/" + names.network_namespace();
}

/// Folders that nobody but root may look into: keys, user data, and programs of tenants that
/// become root when started.
Result<void> make_folders(const Layout& layout) {
    for (const std::string& path :
         {layout.runtime(), layout.crun(), layout.instances(), layout.images(), layout.disks()})
        TRY(make_directories(path));
    for (const std::string& path : {layout.runtime(), layout.images(), layout.disks()}) {
        if (::chmod(path.c_str(), 0700) != 0)
            return system_error("set mode of " + path);
    }
    return {};
}

/// The settings of the cloud's own namespace.
Result<void> set_up_namespace(const NetworkNamespace& cloud) {
    Netlink netlink = TRY(Netlink::open(cloud));
    TRY(netlink.send(set_up("lo")));
    return cloud.inside([]() -> Result<void> {
        const std::string settings = "/proc/sys/net/";
        // Else frames between two plugs of one bridge would go by the rules for routed packets.
        for (const char* family : {"iptables", "ip6tables", "arptables"}) {
            const std::string path = settings + "bridge/bridge-nf-call-" + family;
            if (exists(path))
                TRY(write_setting(path, "0"));
        }
        // Else instances could reach the cloud's ends of their networks by IPv6.
        if (exists(settings + "ipv6"))
            TRY(write_setting(settings + "ipv6/conf/all/disable_ipv6", "1"));
        return write_setting(settings + "ipv4/ip_forward", "1");
    });
}

}  // namespace

Result<Cloud::Foundation> Cloud::lay_foundation(CloudOptions options) {
    Names names = TRY(Names::create(options.lineage));
    TRY(check(options));
    if (::geteuid() != 0)
        return Error(ErrorCode::PermissionDenied, "the cloud on this host needs root");
    TRY(make_folders(Layout(options)));
    if (!exists(options.netns_dir))
        TRY(replace_file(made_names_folder(options), ""));
    HostReport report = TRY(probe_host(options));
    NetworkNamespace host = TRY(open_host(options));
    NetworkNamespace cloud = TRY(NetworkNamespace::create_named(namespace_path_of(options, names)));
    auto firewall = TRY(Firewall::create(cloud));
    return Foundation{std::move(options), std::move(names), std::move(report),
                      std::move(host),    std::move(cloud), std::move(firewall)};
}

Cloud::Cloud(Foundation foundation)
    : options_(std::move(foundation.options)),
      names_(std::move(foundation.names)),
      layout_(options_),
      cgroups_(std::move(foundation.report.cgroups)),
      problems_(std::move(foundation.report.problems)),
      host_(std::move(foundation.host)),
      cloud_(std::move(foundation.cloud)),
      firewall_(std::move(foundation.firewall)),
      ports_(names_, cloud_, bridges_, *firewall_),
      containers_(names_, layout_, cgroups_, {.program_dir = options_.program_dir}),
      uplink_(names_, {host_, cloud_, options_.runtime_dir}) {}

Result<std::unique_ptr<Cloud>> Cloud::open(CloudOptions options) {
    Foundation foundation = TRY(lay_foundation(std::move(options)));
    std::unique_ptr<Cloud> cloud(new Cloud(std::move(foundation)));
    TRY(become_subreaper());
    TRY(cloud->images_.sweep());
    TRY(cloud->repair());
    return cloud;
}

std::string Cloud::namespace_path() const {
    return namespace_path_of(options_, names_);
}

Result<void> Cloud::repair() {
    TRY(set_up_namespace(cloud_));
    TRY(repair_uplink());
    return firewall_->replace([&] { return describe_firewall(); });
}

Result<FirewallSpec> Cloud::describe_firewall() const {
    FirewallSpec spec;
    for (const NetworkState& network : TRY(bridges_.list())) {
        if (network.gateway)
            spec.ways_out.push_back(network.interface);
    }
    for (const PortState& port : TRY(ports_.list()))
        spec.stations.push_back(
            {port_name(port.id), port.mac, port.address.address, port.forwards});
    return spec;
}

Result<NetworkState> Cloud::ensure_network(const NetworkSpec& spec) {
    if (!spec.gateway) {
        const NetworkState state = TRY(bridges_.ensure(spec));
        TRY(firewall_->remove_way_out(state.interface));
        TRY(close_unused_uplink());
        return state;
    }
    const std::scoped_lock lock(uplink_lock_);
    TRY(uplink_.ensure());
    const NetworkState state = TRY(bridges_.ensure(spec));
    TRY(firewall_->add_way_out(state.interface));
    return state;
}

Result<void> Cloud::remove_network(ObjectId id) {
    TRY(bridges_.remove(id));
    TRY(firewall_->remove_way_out(bridge_name(id)));
    return close_unused_uplink();
}

Result<void> Cloud::repair_uplink() {
    const std::scoped_lock lock(uplink_lock_);
    const auto networks = TRY(bridges_.list());
    const bool is_used = std::any_of(networks.begin(), networks.end(),
                                     [](const NetworkState& n) { return n.gateway.has_value(); });
    if (is_used)
        TRY(uplink_.ensure());
    return {};
}

Result<void> Cloud::close_unused_uplink() {
    const std::scoped_lock lock(uplink_lock_);
    const auto networks = TRY(bridges_.list());
    const bool is_used = std::any_of(networks.begin(), networks.end(),
                                     [](const NetworkState& n) { return n.gateway.has_value(); });
    const bool is_open = TRY(uplink_.is_there());
    return is_open && !is_used ? uplink_.remove() : Result<void>{};
}

Result<InstanceState> Cloud::ensure_instance(const InstanceSpec& spec) {
    const std::scoped_lock lock(lock_of(spec.id));
    ContainerState state = containers_.inspect(spec.id);
    const auto image = read_file(layout_.disk(spec.id) + "/image");
    const bool is_there = state.phase != ContainerPhase::Absent;
    if (state.phase == ContainerPhase::Broken || (is_there && (!image || *image != spec.rootfs))) {
        TRY(end_instance(spec.id));
        state = {};
    }
    InstanceState result{spec.id, ContainerPhase::Running, state.pid, false};
    if (state.phase == ContainerPhase::Absent) {
        state.phase = ContainerPhase::Created;
        state.pid = TRY(make_container(spec));
    } else {
        TRY(write_instance_files(layout_, spec));
        const auto bundle = read_file(layout_.bundle(spec.id) + "/config.json");
        if (!bundle || *bundle != containers_.bundle_text(spec))
            TRY(containers_.limit(spec));
    }
    result.pid = state.pid;
    {
        const NetworkNamespace inside = TRY(NetworkNamespace::of_process(state.pid));
        TRY(ports_.ensure(spec.id, inside, spec.ports));
    }
    if (state.phase == ContainerPhase::Created) {
        TRY(containers_.start(spec.id));
        result.was_started = true;
    }
    return result;
}

Result<pid_t> Cloud::make_container(const InstanceSpec& spec) {
    if (!exists(spec.rootfs))
        return Error(ErrorCode::NotFound, "image " + spec.rootfs + " is not on this host");
    TRY(prepare_disk(layout_, spec));
    TRY(write_instance_files(layout_, spec));
    return containers_.create(spec);
}

Result<void> Cloud::stop_instance(ObjectId id) {
    const std::scoped_lock lock(lock_of(id));
    containers_.ask_to_end(id);
    return end_instance(id);
}

Result<void> Cloud::remove_instance(ObjectId id) {
    const std::scoped_lock lock(lock_of(id));
    TRY(end_instance(id));
    return remove_disk(layout_, id);
}

Result<void> Cloud::end_instance(ObjectId id) {
    std::vector<PortState> ports = TRY(ports_.list());
    std::erase_if(ports, [&](const PortState& port) { return port.instance != id; });
    TRY(containers_.remove(id));
    return ports_.remove_remains(ports);
}

/// One that ends meanwhile is none that has to be mended.
bool Cloud::is_intact(const InstanceState& instance, std::span<const PortState> ports) const {
    const auto inside = NetworkNamespace::of_process(instance.pid);
    if (!inside)
        return true;
    const auto intact = ports_.are_intact(*inside, ports);
    return !intact || *intact;
}

InstanceState Cloud::find_instance(ObjectId id) const {
    const ContainerState state = containers_.inspect(id);
    return {id, state.phase, state.pid, false};
}

Result<ProcessOutput> Cloud::run(ObjectId instance, const std::vector<std::string>& words) const {
    return containers_.run(instance, words);
}

std::string Cloud::proxy_command(ObjectId instance) const {
    return options_.program_dir + "/instance-proxy " + layout_.crun() + "/" +
           names_.container(instance) + "/status";
}

Result<Inventory> Cloud::scan() const {
    Inventory inventory;
    inventory.networks = TRY(bridges_.list());
    inventory.ports = TRY(ports_.list());
    inventory.loose_ports = TRY(ports_.loose());
    inventory.images = TRY(images_.list());
    std::map<ObjectId, std::vector<PortState>> plugs;
    for (const PortState& port : inventory.ports)
        plugs[port.instance].push_back(port);
    for (const ObjectId id : TRY(containers_.list())) {
        const InstanceState instance = find_instance(id);
        inventory.instances.push_back(instance);
        if (instance.phase == ContainerPhase::Running && !is_intact(instance, plugs[id]))
            inventory.broken_instances.push_back(id);
    }
    for (const std::string& name : TRY(list_directory(layout_.disks()))) {
        if (const auto id = parse_id(name))
            inventory.disks.push_back(*id);
    }
    return inventory;
}

}  // namespace xos::local
