#pragma once

#include "base/result.h"
#include "services/local/bridges.h"
#include "services/local/firewall.h"
#include "services/local/names.h"
#include "services/local/netlink.h"
#include "services/local/specs.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace xos::local {

/// A port as it is on the host.
struct PortState {
    ObjectId id;
    ObjectId instance;
    int number = 0;
    Mac mac;
    Ipv4Prefix address;
    bool forwards = false;

    bool operator==(const PortState&) const = default;
};

/// What stands in the alias of a port's interface, after our mark, and back.
std::string format_port(const PortState& port);
std::optional<PortState> parse_port(std::string_view text);

/// The plugs between instances and networks: a pair of interfaces each, `eth<number>` inside.
///
/// The alias of the cloud's end holds all of `PortState`, so one dump tells what is plugged where.
/// Any thread; calls for one instance must not overlap.
class Ports {
public:
    /// What is given must outlive it.
    Ports(const Names& names, const NetworkNamespace& cloud, const Bridges& bridges,
          Firewall& firewall)
        : names_(names), cloud_(cloud), bridges_(bridges), firewall_(firewall) {}

    /// Makes the instance, whose network namespace is `inside`, have exactly the plugs `wanted`,
    /// with their addresses and the default route, whether it runs yet or not.
    Result<void> ensure(ObjectId instance, const NetworkNamespace& inside,
                        std::span<const PortSpec> wanted) const;

    /// All plugs of this lineage.
    Result<std::vector<PortState>> list() const;
    /// Those of them that hang in the air: on no bridge, or switched off.
    Result<std::vector<ObjectId>> loose() const;
    /// Whether the instance has all of `ports` at its side, switched on and with their addresses.
    Result<bool> are_intact(const NetworkNamespace& inside, std::span<const PortState> ports) const;

    /// Makes sure that nothing is left of `ports`, whose instance has ended: the kernel takes them
    /// away by itself, some milliseconds later.
    Result<void> remove_remains(std::span<const PortState> ports) const;

private:
    struct Ends;
    struct Wanted;

    Result<void> ensure_plug(Ends& ends, ObjectId instance, const PortSpec& spec) const;
    Result<void> plug(Ends& ends, const Wanted& wanted) const;
    Result<void> mend(Ends& ends, const Link& link, const Link& outside,
                      const Wanted& wanted) const;
    Result<void> unplug_others(Ends& ends, std::span<const PortSpec> wanted) const;
    Result<void> ensure_default_route(Ends& ends, std::span<const PortSpec> wanted) const;

    const Names& names_;
    const NetworkNamespace& cloud_;
    const Bridges& bridges_;
    Firewall& firewall_;
};

}  // namespace xos::local
