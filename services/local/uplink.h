#pragma once

#include "base/result.h"
#include "services/local/forwarding.h"
#include "services/local/names.h"
#include "services/local/netlink.h"
#include "services/local/network_namespace.h"

#include <optional>
#include <string>

namespace xos::local {

/// The way from the cloud to the host, as it is.
struct UplinkState {
    std::string host_interface;
    Ipv4Prefix host_address;
    Ipv4Prefix cloud_address;
};

/// The way out of the cloud: one pair of interfaces between its namespace and the host's, with a
/// network of four addresses that nothing on the host uses, behind which the host hides the cloud's
/// packets (masquerade). That, a table of ours and the switch for passing packets on are all that
/// the host sees. Any thread.
class Uplink {
public:
    struct Places {
        const NetworkNamespace& host;
        const NetworkNamespace& cloud;
        /// The folder that all lineages share.
        std::string shared_folder;
    };

    /// What is given must outlive it.
    Uplink(const Names& names, Places places);

    /// Opens the way, or mends what is missing of it.
    Result<UplinkState> ensure() const;
    /// Takes all of it away from the host.
    Result<void> remove() const;

    /// The uplink, when it is whole.
    Result<std::optional<UplinkState>> find() const;
    /// Whether there is anything of it.
    Result<bool> is_there() const;

private:
    Result<void> make() const;
    Result<std::uint32_t> host_mtu(Netlink& host) const;
    Result<Ipv4Prefix> free_network(Netlink& host) const;
    Result<void> masquerade(const UplinkState& state) const;

    const Names& names_;
    const Places places_;
    const Forwarding forwarding_;
};

}  // namespace xos::local
