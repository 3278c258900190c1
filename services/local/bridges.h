#pragma once

#include "base/result.h"
#include "services/local/names.h"
#include "services/local/netlink.h"
#include "services/local/specs.h"

#include <string>
#include <vector>

namespace xos::local {

/// A network as it is on the host.
struct NetworkState {
    ObjectId id;
    std::string interface;
    int index = 0;
    /// Set on networks that give a way out.
    std::optional<Ipv4Prefix> gateway;
    std::uint32_t mtu = 0;
};

/// The networks of one lineage: a bridge each, in the cloud's network namespace. Any thread; calls
/// for one network must not overlap.
class Bridges {
public:
    /// What is given must outlive it.
    Bridges(const Names& names, const NetworkNamespace& cloud) : names_(names), cloud_(cloud) {}

    /// Makes the network be as `spec` says. Ports that are plugged in stay.
    Result<NetworkState> ensure(const NetworkSpec& spec) const;
    /// Success when there is none. Its ports lose their other end.
    Result<void> remove(ObjectId id) const;

    /// NotFound when the network is not there.
    Result<NetworkState> get(ObjectId id) const;
    Result<std::vector<NetworkState>> list() const;

private:
    Result<void> set_gateway(Netlink& netlink, int index, const NetworkSpec& spec) const;

    const Names& names_;
    const NetworkNamespace& cloud_;
};

}  // namespace xos::local
