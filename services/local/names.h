#pragma once

#include "base/object_id.h"
#include "base/result.h"
#include "services/local/addresses.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace xos::local {

/// How everything that one lineage makes on this host is called and marked.
///
/// All names derive from the lineage and an object id, so that what a killed process made is found
/// again and nothing is made twice. A value; any thread.
class Names {
public:
    /// Invalid unless `lineage` is 1 to 40 letters, digits, '_' or '-', and starts with no '-'.
    static Result<Names> create(std::string_view lineage);

    const std::string& lineage() const { return lineage_; }

    /// The network namespace: `xos-<lineage>`.
    std::string network_namespace() const { return "xos-" + lineage_; }
    /// The interface at the host's end of the uplink, unlike that of any other lineage.
    std::string uplink() const;
    /// The nftables table of ours on the host.
    std::string host_table() const { return "xos_" + lineage_; }
    /// The group of all our interfaces.
    std::uint32_t group() const;

    /// The container of an instance, and back. Nothing when it is not one of ours.
    std::string container(ObjectId instance) const;
    std::optional<ObjectId> instance_of(std::string_view container) const;
    /// The cgroup of an instance or, of the id 0, the one above all of them.
    std::string cgroup(ObjectId instance) const;

    /// The alias of an interface: whose it is and what it stands for.
    std::string alias(std::string_view what) const {
        return "xos:" + lineage_ + ":" + std::string(what);
    }
    /// What stands after our mark, or nothing when `alias` has another mark.
    std::optional<std::string_view> unmark(std::string_view alias) const;

private:
    explicit Names(std::string_view lineage) : lineage_(lineage) {}

    std::string lineage_;
};

/// The bridge of a network and the cloud's end of a port, at most 15 characters. Unlike for
/// different ids: decimal while that fits, else in base 36 after a capital.
std::string bridge_name(ObjectId network);
std::string port_name(ObjectId port);
/// The id that such a name stands for.
std::optional<ObjectId> network_of_bridge(std::string_view name);

/// The bridge's own address: `02:` and the five low bytes of the id.
Mac bridge_mac(ObjectId network);

/// A number as written by `std::to_string`; nothing for any other text.
std::optional<ObjectId> parse_id(std::string_view text);

}  // namespace xos::local
