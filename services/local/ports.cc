#include "services/local/ports.h"

#include "base/clock.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <sstream>
#include <thread>

namespace xos::local {

namespace {

constexpr Duration kPatience{2000};
constexpr Duration kPause{2};

std::string name_inside(int number) {
    return "eth" + std::to_string(number);
}

std::optional<int> number_inside(std::string_view name) {
    if (!name.starts_with("eth"))
        return std::nullopt;
    const auto id = parse_id(name.substr(3));
    if (!id || id->value > 100'000)
        return std::nullopt;
    return static_cast<int>(id->value);
}

Station station_of(const PortState& port) {
    return {port_name(port.id), port.mac, port.address.address, port.forwards};
}

PortState state_of(ObjectId instance, const PortSpec& spec) {
    return {spec.id, instance, spec.number, spec.mac, spec.address, spec.forwards};
}

const Link* find(const std::vector<Link>& links, const std::string& name) {
    const auto at =
        std::find_if(links.begin(), links.end(), [&](const Link& l) { return l.name == name; });
    return at == links.end() ? nullptr : &*at;
}

/// The gateway of the lowest number that has one.
const PortSpec* way_out(std::span<const PortSpec> ports) {
    const PortSpec* lowest = nullptr;
    for (const PortSpec& port : ports) {
        if (port.gateway && (lowest == nullptr || port.number < lowest->number))
            lowest = &port;
    }
    return lowest;
}

bool has_default_route(const std::vector<Route>& routes, Ipv4 gateway, int index) {
    return std::any_of(routes.begin(), routes.end(), [&](const Route& route) {
        return route.destination.length == 0 && route.gateway == gateway && route.index == index;
    });
}

}  // namespace

/// Both sides of an instance's plugs: a socket each, and what was inside at the start.
struct Ports::Ends {
    const NetworkNamespace& inside_namespace;
    Netlink cloud;
    Netlink inside;
    std::vector<Link> links;
    std::vector<LinkAddress> addresses;
};

/// What a plug should be, with what it depends on.
struct Ports::Wanted {
    PortState port;
    NetworkState network;
    std::uint32_t mtu = 0;
};

std::string format_port(const PortState& port) {
    return "port " + std::to_string(port.id.value) + " instance " +
           std::to_string(port.instance.value) + " " + name_inside(port.number) + " " +
           format(port.mac) + " " + format(port.address) + (port.forwards ? " forwards" : "");
}

std::optional<PortState> parse_port(std::string_view text) {
    std::istringstream words{std::string(text)};
    std::string port, id, of, instance, name, mac, address, forwards;
    words >> port >> id >> of >> instance >> name >> mac >> address >> forwards;
    const auto port_id = parse_id(id);
    const auto instance_id = parse_id(instance);
    const auto number = number_inside(name);
    const auto parsed_mac = parse_mac(mac);
    const auto parsed_address = parse_ipv4_prefix(address);
    if (port != "port" || of != "instance" || !port_id || !instance_id || !number || !parsed_mac ||
        !parsed_address)
        return std::nullopt;
    return PortState{*port_id,    *instance_id,    *number,
                     *parsed_mac, *parsed_address, forwards == "forwards"};
}

Result<void> Ports::ensure(ObjectId instance, const NetworkNamespace& inside,
                           std::span<const PortSpec> wanted) const {
    Netlink cloud_end = TRY(Netlink::open(cloud_));
    Netlink inside_end = TRY(Netlink::open(inside));
    Ends ends{inside, std::move(cloud_end), std::move(inside_end), {}, {}};
    ends.links = TRY(ends.inside.links());
    ends.addresses = TRY(ends.inside.addresses());
    TRY(ends.inside.send(set_up("lo")));

    TRY(unplug_others(ends, wanted));
    for (const PortSpec& spec : wanted) {
        auto plugged = ensure_plug(ends, instance, spec);
        if (!plugged)
            return std::move(plugged).error().in("port " + std::to_string(spec.id.value));
    }
    return ensure_default_route(ends, wanted);
}

Result<void> Ports::ensure_default_route(Ends& ends, std::span<const PortSpec> wanted) const {
    const PortSpec* port = way_out(wanted);
    if (port == nullptr)
        return {};
    const auto link = TRY(ends.inside.find_link(name_inside(port->number)));
    if (!link)
        return Error(ErrorCode::Unavailable, "the instance took its interface away");
    const std::vector<Route> routes = TRY(ends.inside.routes());
    if (has_default_route(routes, *port->gateway, link->index))
        return {};
    // Replacing changes the first that it finds; another would win over ours or stay beside it.
    std::vector<NetlinkRequest> requests;
    for (const Route& route : routes) {
        if (route.destination.length == 0)
            requests.push_back(delete_default_route());
    }
    requests.push_back(set_default_route(*port->gateway, link->index));
    return ends.inside.send(requests);
}

/// What has to change of a plug whose two ends are there already.
Result<void> Ports::mend(Ends& ends, const Link& link, const Link& outside,
                         const Wanted& wanted) const {
    const auto text = names_.unmark(outside.alias);
    const auto before = text ? parse_port(*text) : std::nullopt;
    const auto& [port, network, mtu] = wanted;
    std::vector<NetlinkRequest> there;
    std::vector<NetlinkRequest> here;
    if (before && before->address != port.address)
        there.push_back(delete_address(link.index, before->address));
    const bool has_address =
        std::any_of(ends.addresses.begin(), ends.addresses.end(), [&](const LinkAddress& address) {
            return address.index == link.index && address.address == wanted.port.address;
        });
    if (link.mtu != mtu)
        there.push_back(set_mtu(link.name, mtu));
    if (!has_address)
        there.push_back(add_address(link.index, port.address));
    if (!link.is_up)
        there.push_back(set_up(link.index));
    if (outside.mtu != mtu)
        here.push_back(set_mtu(outside.name, mtu));
    if (!outside.is_up || outside.master != network.index)
        here.push_back(plug_into(outside.name, network.index));
    if (before != port)
        here.push_back(set_alias(outside.name, names_.alias(format_port(port))));
    TRY(ends.inside.send(there));
    TRY(ends.cloud.send(here));
    return before == port ? Result<void>{} : firewall_.add_station(station_of(port));
}

Result<void> Ports::ensure_plug(Ends& ends, ObjectId instance, const PortSpec& spec) const {
    const NetworkState network = TRY(bridges_.get(spec.network));
    const Wanted wanted{state_of(instance, spec), network, spec.mtu != 0 ? spec.mtu : network.mtu};
    const auto outside = TRY(ends.cloud.find_link(port_name(spec.id)));
    const Link* link = find(ends.links, name_inside(spec.number));
    const auto text = outside ? names_.unmark(outside->alias) : std::nullopt;
    const auto before = text ? parse_port(*text) : std::nullopt;
    if (before && *before != wanted.port)
        TRY(firewall_.remove_station(station_of(*before)));
    if (outside && link != nullptr && link->peer_is_elsewhere && link->peer == outside->index &&
        outside->peer == link->index && link->mac == spec.mac)
        return mend(ends, *link, *outside, wanted);
    if (link != nullptr)
        TRY(ends.inside.send(delete_link(link->name)));
    return plug(ends, wanted);
}

Result<void> Ports::plug(Ends& ends, const Wanted& wanted) const {
    const PortState& port = wanted.port;
    const std::string name = port_name(port.id);
    std::vector<NetlinkRequest> here;
    // What may be left of an earlier life: from it the new one could not be told.
    const auto remains = TRY(ends.cloud.find_link(name));
    if (remains)
        here.push_back(delete_link(name));
    here.push_back(add_veth({.name = name,
                             .group = names_.group(),
                             .bridge = wanted.network.index,
                             .mtu = wanted.mtu,
                             .peer_name = name_inside(port.number),
                             .peer_mac = port.mac,
                             .peer_namespace = ends.inside_namespace.descriptor()}));
    here.push_back(set_alias(name, names_.alias(format_port(port))));
    TRY(ends.cloud.send(here));
    // Last, so that whoever replaces all rules meanwhile has seen the interface, or is before us.
    TRY(firewall_.add_station(station_of(port)));
    const auto link = TRY(ends.inside.find_link(name_inside(port.number)));
    if (!link)
        return Error(ErrorCode::Unavailable, "the instance took its interface away");
    const NetlinkRequest there[] = {add_address(link->index, port.address), set_up(link->index)};
    return ends.inside.send(there);
}

Result<void> Ports::unplug_others(Ends& ends, std::span<const PortSpec> wanted) const {
    for (const Link& link : ends.links) {
        const auto number = number_inside(link.name);
        const bool is_wanted = std::any_of(wanted.begin(), wanted.end(), [&](const PortSpec& port) {
            return port.number == number;
        });
        // What the instance made for itself has both ends there.
        if (!number || is_wanted || !link.peer_is_elsewhere)
            continue;
        const auto outside = TRY(ends.cloud.find_link(link.peer));
        TRY(ends.inside.send(delete_link(link.name)));
        const auto text = outside ? names_.unmark(outside->alias) : std::nullopt;
        const auto port = text ? parse_port(*text) : std::nullopt;
        if (port)
            TRY(firewall_.remove_station(station_of(*port)));
    }
    return {};
}

Result<std::vector<PortState>> Ports::list() const {
    Netlink netlink = TRY(Netlink::open(cloud_));
    std::vector<PortState> ports;
    for (const Link& link : TRY(netlink.links())) {
        const auto text = names_.unmark(link.alias);
        const auto port = text ? parse_port(*text) : std::nullopt;
        if (port && link.group == names_.group())
            ports.push_back(*port);
    }
    return ports;
}

Result<std::vector<ObjectId>> Ports::loose() const {
    Netlink netlink = TRY(Netlink::open(cloud_));
    std::vector<ObjectId> ports;
    for (const Link& link : TRY(netlink.links())) {
        const auto text = names_.unmark(link.alias);
        const auto port = text ? parse_port(*text) : std::nullopt;
        if (port && link.group == names_.group() && (link.master == 0 || !link.is_up))
            ports.push_back(port->id);
    }
    return ports;
}

Result<bool> Ports::are_intact(const NetworkNamespace& inside,
                               std::span<const PortState> ports) const {
    Netlink netlink = TRY(Netlink::open(inside));
    const auto links = TRY(netlink.links());
    const auto addresses = TRY(netlink.addresses());
    return std::all_of(ports.begin(), ports.end(), [&](const PortState& port) {
        const Link* link = find(links, name_inside(port.number));
        return link != nullptr && link->is_up &&
               std::any_of(addresses.begin(), addresses.end(), [&](const LinkAddress& address) {
                   return address.index == link->index && address.address == port.address;
               });
    });
}

Result<void> Ports::remove_remains(std::span<const PortState> ports) const {
    Netlink netlink = TRY(Netlink::open(cloud_));
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    for (const PortState& port : ports) {
        const std::string name = port_name(port.id);
        // Deleting waits 20 ms for the kernel; many that go by themselves go together.
        auto link = TRY(netlink.find_link(name));
        while (link && std::chrono::steady_clock::now() < give_up) {
            std::this_thread::sleep_for(kPause);
            link = TRY(netlink.find_link(name));
        }
        TRY(netlink.send(delete_link(name)));
        TRY(firewall_.remove_station(station_of(port)));
    }
    return {};
}

}  // namespace xos::local
