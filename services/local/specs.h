#pragma once

#include "base/object_id.h"
#include "services/local/addresses.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace xos::local {

/// Where the cloud of one lineage lives on this host.
struct CloudOptions {
    /// The lineage of the model that this cloud belongs to. It is in the name of all that is made.
    std::string lineage;
    /// The folder that all lineages of this host share for what ends with a reboot. Each has a
    /// folder of its own inside.
    std::string runtime_dir = "/run/xos";
    /// The folder of this lineage for what stays: images and the disks of instances. Neither ':'
    /// nor ',' may be in its path.
    std::string state_dir;
    /// Where the cloud's network namespace gets its name, as `ip netns` does.
    std::string netns_dir = "/run/netns";
    /// The network namespace that plays the host's; empty: the one of the calling thread.
    std::string host_netns;
    /// The folder of the programs run-private, instance-init and instance-proxy.
    std::string program_dir;
};

/// What a network should be.
struct NetworkSpec {
    ObjectId id;
    /// For people: shown with the interface.
    std::string name;
    /// Address of the cloud's end with its prefix length. Set on networks that give a way out
    /// (NAT); without it the network is private, and nothing is routed to or from it.
    std::optional<Ipv4Prefix> gateway;
    /// 0: the kernel's usual 1500.
    std::uint32_t mtu = 0;
};

/// What one plug of an instance should be: interface `eth<number>`.
struct PortSpec {
    ObjectId id;
    ObjectId network;
    int number = 0;
    Mac mac;
    Ipv4Prefix address;
    /// The way out. The default route is on the lowest number that has one.
    std::optional<Ipv4> gateway;
    std::uint32_t mtu = 0;
    /// Whether it may send with addresses of others: a router or a VPN. Its Ethernet address and
    /// its answers about who has which address are always checked.
    bool forwards = false;

    bool operator==(const PortSpec&) const = default;
};

/// What an instance may use. 0: no limit.
struct Limits {
    std::int64_t memory_bytes = 0;
    std::int64_t cpu_millis = 0;  ///< Thousandths of a processor.
    std::int64_t processes = 0;
};

/// What an instance should be.
struct InstanceSpec {
    ObjectId id;
    std::string hostname;
    /// The image's root file system, as `Images` says.
    std::string rootfs;
    Limits limits;
    /// A script that runs at each start; empty: none.
    std::string user_data;
    /// Contents of /etc/hosts, and of /etc/resolv.conf.
    std::string hosts;
    std::string resolv_conf;
    /// Public keys, one a line, that may log in as root. Without any no ssh server runs.
    std::string authorized_keys;
    std::vector<PortSpec> ports;
};

}  // namespace xos::local
