#pragma once

#include "base/result.h"
#include "services/local/bridges.h"
#include "services/local/containers.h"
#include "services/local/firewall.h"
#include "services/local/host.h"
#include "services/local/images.h"
#include "services/local/ports.h"
#include "services/local/specs.h"
#include "services/local/uplink.h"

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace xos::local {

/// An instance as it is on this host.
struct InstanceState {
    ObjectId id;
    ContainerPhase phase = ContainerPhase::Absent;
    /// Its process 1 as the host counts; 0 unless it is there.
    pid_t pid = 0;
    /// Whether this call started it: it was not there, or had ended.
    bool was_started = false;
};

/// All that carries the mark of one lineage on this host.
struct Inventory {
    std::vector<NetworkState> networks;
    std::vector<InstanceState> instances;
    std::vector<PortState> ports;
    std::vector<ObjectId> loose_ports;       ///< Plugged into no network.
    std::vector<ObjectId> broken_instances;  ///< Without one of their interfaces or its address.
    std::vector<ObjectId> disks;
    std::vector<std::string> images;
};

/// The cloud of one lineage on this host: networks, instances, ports, made real and looked up.
///
/// Each function brings the host to what it is given, from wherever it is, and may be repeated and
/// interrupted at any point. Nothing is remembered between calls but what the host itself holds.
/// Instances and networks live on when this object or its process goes. Any thread, also for the
/// same object: calls for one instance wait for each other. Functions take milliseconds to some
/// hundreds of them.
class Cloud {
public:
    /// Takes over what is there of the lineage, or makes the cloud's network namespace. Fails when
    /// this host cannot carry a cloud at all; lesser faults are in `problems`.
    static Result<std::unique_ptr<Cloud>> open(CloudOptions options);

    /// What this host cannot do, in words.
    const std::vector<std::string>& problems() const { return problems_; }
    const Images& images() const { return images_; }
    /// The network namespace that all bridges are in, as a path.
    std::string namespace_path() const;

    /// A network with a gateway opens the uplink and makes the host pass packets on.
    Result<NetworkState> ensure_network(const NetworkSpec& spec);
    /// The last network with a gateway closes the uplink.
    Result<void> remove_network(ObjectId id);

    /// Brings the instance to run with exactly the ports given. An instance that ended is started
    /// again on its disk; one whose image changed starts anew. Limits, files, keys and ports change
    /// while it runs; host name and user data count from its next start. Its networks must be there
    /// (NotFound).
    Result<InstanceState> ensure_instance(const InstanceSpec& spec);
    /// Ends the instance, its programs asked first. Its disk stays.
    Result<void> stop_instance(ObjectId id);
    /// Ends the instance and removes all of it.
    Result<void> remove_instance(ObjectId id);
    InstanceState find_instance(ObjectId id) const;

    /// Runs a program in an instance and waits for its end.
    Result<ProcessOutput> run(ObjectId instance, const std::vector<std::string>& words) const;
    /// The command that, as ssh's ProxyCommand on this host, leads to the instance's ssh server.
    std::string proxy_command(ObjectId instance) const;

    /// The uplink, while there is one.
    Result<std::optional<UplinkState>> uplink() const { return uplink_.find(); }

    /// Puts back what others changed of the cloud's own rules and settings.
    Result<void> repair();

    Result<Inventory> scan() const;

    /// Removes from this host all that carries the lineage of `options`, but images and disks,
    /// whether a process for it runs or not, and goes on where something fails. The first failure
    /// is returned.
    static Result<void> down(const CloudOptions& options);

private:
    struct Foundation;

    explicit Cloud(Foundation foundation);

    static Result<Foundation> lay_foundation(CloudOptions options);
    Result<FirewallSpec> describe_firewall() const;
    bool is_intact(const InstanceState& instance, std::span<const PortState> ports) const;
    Result<void> repair_uplink();
    Result<void> close_unused_uplink();
    Result<void> end_instance(ObjectId id);
    Result<pid_t> make_container(const InstanceSpec& spec);
    std::mutex& lock_of(ObjectId instance) { return locks_[instance.value % locks_.size()]; }

    const CloudOptions options_;
    const Names names_;
    const Layout layout_;
    const Cgroups cgroups_;
    const std::vector<std::string> problems_;
    const NetworkNamespace host_;
    const NetworkNamespace cloud_;
    const std::unique_ptr<Firewall> firewall_;
    const Images images_{layout_};
    const Bridges bridges_{names_, cloud_};
    const Ports ports_;
    const Containers containers_;
    const Uplink uplink_;
    /// Held while an instance of its share is worked on.
    std::array<std::mutex, 64> locks_;
    /// Held while networks with a gateway come and go, which decides on the uplink.
    std::mutex uplink_lock_;
};

}  // namespace xos::local
