#include "core/rules/core_rule.h"
#include "core/rules/ipv4.h"
#include "core/rules/rules.h"

#include <algorithm>
#include <set>
#include <utility>

namespace xos::core {

namespace {

/// Where subnets are taken from when a Network says none: 10.64.0.0/10 in pieces of /24.
constexpr Subnet kAllSubnets{0x0a400000, 10};
constexpr int kPieceLength = 24;
constexpr std::size_t kPieces = std::size_t{1} << (kPieceLength - kAllSubnets.length);

/// The addresses of Networks and Ports.
///
/// A Network gets a `subnet` with its first Port: the lowest free piece. No subnet overlaps that of
/// another Network on the same controllers or on the same Instances. A Port gets the lowest free
/// address of its Network after the gateway, and a MAC address made from its id. What is being
/// deleted keeps its addresses until it is purged, as the back-end may still use them.
class Addresses : public CoreRule {
public:
    explicit Addresses(FieldsPointer fields)
        : CoreRule("addresses", fields,
                   {fields->network.type, fields->port.type, fields->controller_network.type}) {}

    Result<void> apply(Change& change, const Edit& edit) const override {
        const auto& networks = fields().network;
        const auto& shadows = fields().controller_network;
        if (const Row* port = find_live(change, fields().port.type, edit.id())) {
            if (touches(change, edit, {fields().port.network, fields().port.ip, fields().port.mac}))
                return settle_port(change, edit, *port);
        } else if (const Row* network = find_live(change, networks.type, edit.id())) {
            if (touches(change, edit, {networks.subnet, networks.start_ip, networks.end_ip}))
                return settle_network(change, *network);
        } else if (const Row* shadow = find_live(change, shadows.type, edit.id())) {
            if (!edit.before)
                return check_arrival(change, *shadow);
        }
        return {};
    }

private:
    // Subnets.

    Result<void> settle_network(Change& change, const Row& network) const {
        const auto& networks = fields().network;
        const auto& ports = fields().port;
        for (const FieldIndex end : {networks.start_ip, networks.end_ip}) {
            const std::string_view text = network.string(end);
            if (!text.empty() && !parse_address(text))
                return refuse(change, network, end, "an IPv4 address is such as 10.64.1.10");
        }
        if (!network.string(networks.subnet).empty()) {
            const auto subnet = parse_subnet(network.string(networks.subnet));
            if (!subnet)
                return refuse(change, network, networks.subnet,
                              "a subnet is the first address of a block and its length from 8 to "
                              "30, such as 10.64.1.0/24");
            TRY(check_overlap(change, network, *subnet));
        }
        if (change.view().count_linking(ports.type, ports.network, network.id()) == 0)
            return {};
        const Subnet subnet = TRY(subnet_for(change, network));
        return settle_addresses(change, network, subnet);
    }

    Result<void> check_overlap(const Change& change, const Row& network,
                               const Subnet& subnet) const {
        const View view = change.view();
        for (const ObjectId id : neighbors(view, network)) {
            const Row& other = *view.find(id);
            const auto taken = parse_subnet(other.string(fields().network.subnet));
            if (taken && taken->overlaps(subnet))
                return refuse(change, network, fields().network.subnet,
                              format_subnet(subnet) + " overlaps " + format_subnet(*taken) +
                                  " of " + describe(view, other) + ", which is in the same places");
        }
        return {};
    }

    /// A network that comes to another controller meets the networks there.
    Result<void> check_arrival(const Change& change, const Row& shadow) const {
        const Row* network = find_live(change, fields().network.type,
                                       shadow.link(fields().controller_network.network));
        const auto subnet =
            network ? parse_subnet(network->string(fields().network.subnet)) : std::nullopt;
        return subnet ? check_overlap(change, *network, *subnet) : Result<void>();
    }

    /// The other networks, deleted ones included, on the same controllers or Instances.
    std::set<ObjectId> neighbors(View view, const Row& network) const {
        const auto& shadows = fields().controller_network;
        const auto& ports = fields().port;
        std::set<ObjectId> found;
        for (const Row* shadow : view.linking(shadows.type, shadows.network, network.id())) {
            for (const Row* other :
                 view.linking(shadows.type, shadows.controller, shadow->link(shadows.controller)))
                found.insert(other->link(shadows.network));
        }
        for (const Row* port : view.linking(ports.type, ports.network, network.id())) {
            if (port->is_null(ports.instance))
                continue;
            for (const Row* other :
                 view.linking(ports.type, ports.instance, port->link(ports.instance)))
                found.insert(other->link(ports.network));
        }
        found.erase(network.id());
        return found;
    }

    /// The subnet of a Network, which gets one now if it has none.
    Result<Subnet> subnet_for(Change& change, const Row& network) const {
        const View view = change.view();
        if (const auto present = parse_subnet(network.string(fields().network.subnet)))
            return *present;
        std::vector<bool> taken(kPieces);
        for (const ObjectId id : neighbors(view, network)) {
            const auto other = parse_subnet(view.find(id)->string(fields().network.subnet));
            if (!other || !other->overlaps(kAllSubnets))
                continue;
            const std::uint32_t first = std::max(other->first, kAllSubnets.first);
            const std::uint32_t last = std::min(other->last(), kAllSubnets.last());
            for (std::size_t piece = piece_of(first); piece <= piece_of(last); ++piece)
                taken[piece] = true;
        }
        const auto free = std::find(taken.begin(), taken.end(), false);
        if (free == taken.end())
            return refuse(
                change, network, fields().network.subnet,
                "no /24 of " + format_subnet(kAllSubnets) + " is free: give it a subnet elsewhere");
        const auto piece = static_cast<std::uint32_t>(free - taken.begin());
        const Subnet subnet{kAllSubnets.first + (piece << (32 - kPieceLength)), kPieceLength};
        change.update(network.id(), {{fields().network.subnet, format_subnet(subnet)}});
        return subnet;
    }

    static std::size_t piece_of(std::uint32_t address) {
        return (address - kAllSubnets.first) >> (32 - kPieceLength);
    }

    // Ports.

    Result<void> settle_port(Change& change, const Edit& edit, const Row& port) const {
        const auto& ports = fields().port;
        const Row* network = find_live(change, fields().network.type, port.link(ports.network));
        if (!network)
            return {};
        const std::string mac = mac_of(port.id());
        if (!port.string(ports.mac).empty() && port.string(ports.mac) != mac)
            return refuse(change, port, ports.mac, "its address is " + mac + ": leave mac unset");
        if (!edit.before)
            TRY(check_instance(change, port, *network));
        const Subnet subnet = TRY(subnet_for(change, *network));
        const bool is_given =
            !port.is_null(ports.ip) && (!edit.before || !edit.before->is_null(ports.ip));
        if (is_given && touches(change, edit, {ports.ip}))
            TRY(check_given_address(change, port, subnet));
        change.update(port.id(), {{ports.mac, mac}});
        return has_address(port, subnet) ? Result<void>()
                                         : settle_addresses(change, *network, subnet);
    }

    /// An Instance that comes to a network brings it together with its other networks. A subnet
    /// that this transaction sets has been compared with all of them.
    Result<void> check_instance(const Change& change, const Row& port, const Row& network) const {
        const auto& ports = fields().port;
        const View view = change.view();
        const auto mine = parse_subnet(network.string(fields().network.subnet));
        if (!mine || port.is_null(ports.instance) || is_new(change, network.id()) ||
            has_changed(change, network, fields().network.subnet))
            return {};
        for (const Row* other :
             view.linking(ports.type, ports.instance, port.link(ports.instance))) {
            const auto taken = subnet_of(view, *other);
            if (other->link(ports.network) != port.link(ports.network) && taken &&
                taken->overlaps(*mine))
                return refuse(change, network, fields().network.subnet,
                              format_subnet(*mine) + " overlaps " + format_subnet(*taken) + " of " +
                                  describe(view, other->link(ports.network)) + " on " +
                                  describe(view, port.link(ports.instance)));
        }
        return {};
    }

    std::optional<Subnet> subnet_of(View view, const Row& port) const {
        const Row* network = view.follow(port, fields().port.network);
        return network ? parse_subnet(network->string(fields().network.subnet)) : std::nullopt;
    }

    bool has_address(const Row& port, const Subnet& subnet) const {
        const auto address = parse_address(port.string(fields().port.ip));
        return address && subnet.is_for_ports(*address);
    }

    /// Gives all Ports of a Network that lack an address in its subnet the lowest free ones, in one
    /// go: looking for each alone would take the square of their number.
    Result<void> settle_addresses(Change& change, const Row& network, const Subnet& subnet) const {
        const auto& networks = fields().network;
        const auto& ports = fields().port;
        std::vector<std::uint32_t> taken;
        std::vector<const Row*> waiting;
        for (const Row* port : change.view().linking(ports.type, ports.network, network.id())) {
            if (const auto address = parse_address(port->string(ports.ip)))
                taken.push_back(*address);
            if (!port->deleted() && !has_address(*port, subnet) && !is_given(change, *port))
                waiting.push_back(port);
        }
        std::sort(taken.begin(), taken.end());
        const auto start = parse_address(network.string(networks.start_ip));
        const auto end = parse_address(network.string(networks.end_ip));
        const std::uint32_t last = std::min(subnet.last() - 1, end.value_or(subnet.last()));
        std::uint32_t next = std::max(subnet.gateway() + 1, start.value_or(0));
        auto at = std::lower_bound(taken.begin(), taken.end(), next);
        for (const Row* port : waiting) {
            for (; at != taken.end() && *at <= next; ++at)
                next = *at + 1;
            if (next > last)
                return full(change, *port, network, subnet);
            change.update(port->id(),
                          {{ports.ip, format_address(next++)}, {ports.mac, mac_of(port->id())}});
        }
        return {};
    }

    /// Whether somebody gives the Port an address in this transaction. One that does not fit is
    /// refused when the Port is looked at, not replaced.
    bool is_given(const Change& change, const Row& port) const {
        const FieldIndex ip = fields().port.ip;
        return !port.is_null(ip) && (is_new(change, port.id()) || has_changed(change, port, ip));
    }

    Error full(const Change& change, const Row& port, const Row& network,
               const Subnet& subnet) const {
        const Row* instance = change.view().follow(port, fields().port.instance);
        return refuse(change, instance ? *instance : port,
                      "all addresses of " + format_subnet(subnet) + " of " +
                          describe(change.view(), network) + " are taken");
    }

    Result<void> check_given_address(const Change& change, const Row& port,
                                     const Subnet& subnet) const {
        const auto& ports = fields().port;
        const View view = change.view();
        if (!has_address(port, subnet))
            return refuse(change, port, ports.ip,
                          "an address here is between the gateway and the last one of " +
                              format_subnet(subnet) +
                              ": leave ip unset for the lowest that is free");
        for (const Row* other : view.linking(ports.type, ports.network, port.link(ports.network))) {
            if (other->id() != port.id() && other->string(ports.ip) == port.string(ports.ip))
                return conflict(change, port,
                                "the address " + std::string(port.string(ports.ip)) +
                                    " is taken by " + describe(view, *other));
        }
        return {};
    }

    /// "06:" makes it locally administered; the five low bytes of an id are unique for long enough.
    static std::string mac_of(ObjectId port) {
        constexpr char kDigits[] = "0123456789abcdef";
        std::string mac = "06";
        for (int shift = 32; shift >= 0; shift -= 8) {
            const std::uint64_t byte = port.value >> shift & 255;
            mac += ':';
            mac += kDigits[byte >> 4];
            mac += kDigits[byte & 15];
        }
        return mac;
    }
};

}  // namespace

RulePointer make_addresses(FieldsPointer fields) {
    return std::make_unique<Addresses>(std::move(fields));
}

}  // namespace xos::core
