#include "services/local/firewall.h"

namespace xos::local {

namespace {

constexpr const char* kTables = R"(
add table inet xos
delete table inet xos
add table bridge xos
delete table bridge xos

table inet xos {
    set ways_out { type ifname; }

    chain forward {
        type filter hook forward priority filter; policy drop;
        tcp flags syn tcp option maxseg size set rt mtu
        iifname @ways_out oifname "up0" accept
        iifname "up0" oifname @ways_out ct state established,related accept
    }
    chain input {
        type filter hook input priority filter; policy drop;
        iifname "lo" accept
        ct state established,related accept
        icmp type echo-request fib daddr . iif type local accept
    }
    chain postrouting {
        type nat hook postrouting priority srcnat; policy accept;
        oifname "up0" masquerade
    }
}

table bridge xos {
    set stations { type ifname . ether_addr; }
    set holders { type ifname . ipv4_addr; }
    set routers { type ifname; }

    chain check {
        type filter hook prerouting priority -300; policy accept;
        iifname . ether saddr != @stations drop
        ether type arp goto check_arp
        ether type ip iifname @routers accept
        ether type ip iifname . ip saddr @holders accept
        ether type ip6 goto check_ip6
        drop
    }
    chain check_arp {
        iifname . arp saddr ether != @stations drop
        arp saddr ip 0.0.0.0 accept
        iifname . arp saddr ip @holders accept
        drop
    }
    chain check_ip6 {
        icmpv6 type { nd-router-advert, nd-redirect } drop
        ip6 saddr { fe80::/10, :: } accept
        drop
    }
}
)";

std::string quoted(const std::string& name) {
    return "\"" + name + "\"";
}

std::string element(const char* verb, const char* set, const std::string& value) {
    return std::string(verb) + " element " + set + " { " + value + " }\n";
}

std::string station_elements(const char* verb, const Station& station) {
    const std::string interface = quoted(station.interface);
    return element(verb, "bridge xos stations", interface + " . " + format(station.mac)) +
           element(verb, "bridge xos holders", interface + " . " + format(station.address));
}

}  // namespace

std::string format_firewall(const FirewallSpec& spec) {
    std::string commands = kTables;
    for (const std::string& bridge : spec.ways_out)
        commands += element("add", "inet xos ways_out", quoted(bridge));
    for (const Station& station : spec.stations) {
        commands += station_elements("add", station);
        if (station.forwards)
            commands += element("add", "bridge xos routers", quoted(station.interface));
    }
    return commands;
}

Result<std::unique_ptr<Firewall>> Firewall::create(const NetworkNamespace& cloud) {
    Nftables nftables = TRY(Nftables::open(cloud));
    return std::unique_ptr<Firewall>(new Firewall(std::move(nftables)));
}

Result<void> Firewall::run(const std::string& commands) {
    const std::scoped_lock lock(mutex_);
    return nftables_.run(commands);
}

Result<void> Firewall::replace(const std::function<Result<FirewallSpec>()>& describe) {
    const std::scoped_lock lock(mutex_);
    const FirewallSpec spec = TRY(describe());
    return nftables_.run(format_firewall(spec));
}

Result<void> Firewall::add_way_out(const std::string& bridge) {
    return run(element("add", "inet xos ways_out", quoted(bridge)));
}

Result<void> Firewall::remove_way_out(const std::string& bridge) {
    // Added first, since removing what is not there fails.
    return run(element("add", "inet xos ways_out", quoted(bridge)) +
               element("delete", "inet xos ways_out", quoted(bridge)));
}

Result<void> Firewall::add_station(const Station& station) {
    const std::string interface = quoted(station.interface);
    std::string commands = station_elements("add", station);
    commands += element("add", "bridge xos routers", interface);
    if (!station.forwards)
        commands += element("delete", "bridge xos routers", interface);
    return run(commands);
}

Result<void> Firewall::remove_station(const Station& station) {
    const std::string interface = quoted(station.interface);
    return run(station_elements("add", station) + station_elements("delete", station) +
               element("add", "bridge xos routers", interface) +
               element("delete", "bridge xos routers", interface));
}

}  // namespace xos::local
