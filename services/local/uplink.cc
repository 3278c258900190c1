#include "services/local/uplink.h"

#include "base/file.h"
#include "services/local/files.h"
#include "services/local/firewall.h"
#include "services/local/nftables.h"

#include <algorithm>
#include <vector>

namespace xos::local {

namespace {

constexpr Ipv4 kFirst{100u << 24 | 127u << 16};  // 100.127.0.0/16, kept for networks like this.
constexpr int kTries = 1 << 14;

std::optional<Ipv4Prefix> address_of(const std::vector<LinkAddress>& addresses, int index) {
    for (const LinkAddress& address : addresses) {
        if (address.index == index)
            return address.address;
    }
    return std::nullopt;
}

}  // namespace

Uplink::Uplink(const Names& names, Places places)
    : names_(names),
      places_(std::move(places)),
      forwarding_(places_.shared_folder + "/forwarding", places_.host) {}

Result<std::optional<UplinkState>> Uplink::find() const {
    Netlink host = TRY(Netlink::open(places_.host));
    Netlink cloud = TRY(Netlink::open(places_.cloud));
    const auto outer = TRY(host.find_link(names_.uplink()));
    const auto inner = TRY(cloud.find_link(Firewall::kUplink));
    if (!outer || !inner || !outer->is_up || !inner->is_up)
        return std::optional<UplinkState>();
    const auto host_addresses = TRY(host.addresses());
    const auto cloud_addresses = TRY(cloud.addresses());
    const auto host_address = address_of(host_addresses, outer->index);
    const auto cloud_address = address_of(cloud_addresses, inner->index);
    const auto routes = TRY(cloud.routes());
    const bool has_route = std::any_of(routes.begin(), routes.end(), [&](const Route& route) {
        return route.destination.length == 0 && route.index == inner->index;
    });
    if (!host_address || !cloud_address || !has_route)
        return std::optional<UplinkState>();
    return std::optional(UplinkState{outer->name, *host_address, *cloud_address});
}

Result<UplinkState> Uplink::ensure() const {
    TRY(make_directories(places_.shared_folder));
    const Descriptor lock = TRY(lock_file(places_.shared_folder + "/uplink.lock"));
    auto state = TRY(find());
    if (!state) {
        TRY(make());
        state = TRY(find());
    }
    if (!state)
        return Error(ErrorCode::Unavailable, "the uplink went away while it was made");
    TRY(masquerade(*state));
    TRY(forwarding_.hold(names_.lineage()));
    return *state;
}

Result<void> Uplink::make() const {
    Netlink host = TRY(Netlink::open(places_.host));
    Netlink cloud = TRY(Netlink::open(places_.cloud));
    TRY(host.send(delete_link(names_.uplink())));
    const Ipv4Prefix network = TRY(free_network(host));
    const Ipv4Prefix outer{{network.address.value + 1}, network.length};
    const Ipv4Prefix inner{{network.address.value + 2}, network.length};
    const std::uint32_t mtu = TRY(host_mtu(host));
    TRY(host.send(add_veth({.name = names_.uplink(),
                            .group = names_.group(),
                            .mtu = mtu,
                            .peer_name = Firewall::kUplink,
                            .peer_mac = bridge_mac({inner.address.value}),
                            .peer_namespace = places_.cloud.descriptor()})));
    const auto link = TRY(host.find_link(names_.uplink()));
    const auto inner_link = TRY(cloud.find_link(Firewall::kUplink));
    if (!link || !inner_link)
        return Error(ErrorCode::Unavailable, "the uplink went away while it was made");
    const NetlinkRequest at_host[] = {set_alias(link->name, names_.alias("uplink")),
                                      add_address(link->index, outer), set_up(link->index)};
    TRY(host.send(at_host));
    const NetlinkRequest at_cloud[] = {
        set_alias(Firewall::kUplink, names_.alias("uplink")),
        add_address(inner_link->index, inner),
        set_up(inner_link->index),
        set_default_route(outer.address, inner_link->index),
    };
    return cloud.send(at_cloud);
}

/// That of the host's own way out, which larger packets would not fit through.
Result<std::uint32_t> Uplink::host_mtu(Netlink& host) const {
    for (const Route& route : TRY(host.routes())) {
        if (route.destination.length != 0)
            continue;
        const auto link = TRY(host.find_link(route.index));
        if (link && link->mtu > 0)
            return std::min<std::uint32_t>(link->mtu, 1500);
    }
    return 1500u;
}

Result<Ipv4Prefix> Uplink::free_network(Netlink& host) const {
    std::vector<Ipv4Prefix> used;
    for (const Route& route : TRY(host.routes())) {
        if (route.destination.length != 0)
            used.push_back(route.destination);
    }
    for (const LinkAddress& address : TRY(host.addresses()))
        used.push_back(address.address);
    for (int i = 0; i < kTries; ++i) {
        const Ipv4Prefix network{{kFirst.value + 4 * static_cast<std::uint32_t>(i)}, 30};
        if (std::none_of(used.begin(), used.end(),
                         [&](const Ipv4Prefix& other) { return network.overlaps(other); }))
            return network;
    }
    return Error(ErrorCode::Unavailable, "the host uses all of 100.127.0.0/16");
}

Result<void> Uplink::masquerade(const UplinkState& state) const {
    Nftables nftables = TRY(Nftables::open(places_.host));
    const std::string table = "ip " + names_.host_table();
    return nftables.run("add table " + table + "\ndelete table " + table + "\ntable " + table +
                        " {\n"
                        "    chain postrouting {\n"
                        "        type nat hook postrouting priority srcnat; policy accept;\n"
                        "        ip saddr " +
                        format(state.cloud_address.address) + " oifname != \"" +
                        state.host_interface + "\" masquerade\n    }\n}\n");
}

Result<bool> Uplink::is_there() const {
    Netlink host = TRY(Netlink::open(places_.host));
    const auto link = TRY(host.find_link(names_.uplink()));
    return link.has_value();
}

Result<void> Uplink::remove() const {
    Netlink host = TRY(Netlink::open(places_.host));
    Nftables nftables = TRY(Nftables::open(places_.host));
    const std::string table = "ip " + names_.host_table();
    TRY(nftables.run("add table " + table + "\ndelete table " + table + "\n"));
    TRY(forwarding_.release(names_.lineage()));
    // Last: it tells whether anything is there.
    return host.send(delete_link(names_.uplink()));
}

}  // namespace xos::local
