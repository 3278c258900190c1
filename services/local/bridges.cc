#include "services/local/bridges.h"

#include <algorithm>

namespace xos::local {

namespace {

constexpr std::uint32_t kUsualMtu = 1500;

NetworkState state_of(ObjectId id, const Link& link, const std::vector<LinkAddress>& addresses) {
    NetworkState state{.id = id, .interface = link.name, .index = link.index, .mtu = link.mtu};
    for (const LinkAddress& address : addresses) {
        if (address.index == link.index)
            state.gateway = address.address;
    }
    return state;
}

}  // namespace

Result<NetworkState> Bridges::ensure(const NetworkSpec& spec) const {
    Netlink netlink = TRY(Netlink::open(cloud_));
    const std::string name = bridge_name(spec.id);
    const std::string alias = names_.alias("network " + std::to_string(spec.id.value));
    auto link = TRY(netlink.find_link(name));
    std::vector<NetlinkRequest> requests;
    if (!link)
        requests.push_back(add_bridge(name, names_.group(), bridge_mac(spec.id)));
    if (!link || link->alias != alias)
        requests.push_back(set_alias(name, alias));
    const std::uint32_t mtu = spec.mtu == 0 ? kUsualMtu : spec.mtu;
    if (!link || link->mtu != mtu)
        requests.push_back(set_mtu(name, mtu));
    if (!link || !link->is_up)
        requests.push_back(set_up(name));
    TRY(netlink.send(requests));
    if (!link)
        link = TRY(netlink.find_link(name));
    if (!link)
        return Error(ErrorCode::Unavailable, "bridge " + name + " went away while it was made");
    TRY(set_gateway(netlink, link->index, spec));
    return NetworkState{spec.id, name, link->index, spec.gateway, mtu};
}

/// Leaves the gateway as the one address of the bridge, or none.
Result<void> Bridges::set_gateway(Netlink& netlink, int index, const NetworkSpec& spec) const {
    std::vector<NetlinkRequest> requests;
    bool has_gateway = false;
    for (const LinkAddress& address : TRY(netlink.addresses())) {
        if (address.index != index)
            continue;
        if (spec.gateway == address.address)
            has_gateway = true;
        else
            requests.push_back(delete_address(index, address.address));
    }
    if (spec.gateway && !has_gateway)
        requests.push_back(add_address(index, *spec.gateway));
    return netlink.send(requests);
}

Result<void> Bridges::remove(ObjectId id) const {
    Netlink netlink = TRY(Netlink::open(cloud_));
    return netlink.send(delete_link(bridge_name(id)));
}

Result<NetworkState> Bridges::get(ObjectId id) const {
    Netlink netlink = TRY(Netlink::open(cloud_));
    const auto link = TRY(netlink.find_link(bridge_name(id)));
    if (!link)
        return Error(ErrorCode::NotFound,
                     "network " + std::to_string(id.value) + " is not on this host");
    const std::vector<LinkAddress> addresses = TRY(netlink.addresses());
    return state_of(id, *link, addresses);
}

Result<std::vector<NetworkState>> Bridges::list() const {
    Netlink netlink = TRY(Netlink::open(cloud_));
    const std::vector<LinkAddress> addresses = TRY(netlink.addresses());
    std::vector<NetworkState> networks;
    for (const Link& link : TRY(netlink.links())) {
        const auto id = network_of_bridge(link.name);
        if (id && link.group == names_.group())
            networks.push_back(state_of(*id, link, addresses));
    }
    return networks;
}

}  // namespace xos::local
