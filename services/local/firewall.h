#pragma once

#include "base/result.h"
#include "services/local/addresses.h"
#include "services/local/bridges.h"
#include "services/local/network_namespace.h"
#include "services/local/nftables.h"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace xos::local {

/// Whom the firewall lets send what through one plug.
struct Station {
    /// The cloud's end of the plug.
    std::string interface;
    Mac mac;
    Ipv4 address;
    /// Whether it may send with addresses of others.
    bool forwards = false;
};

/// Everything that the firewall's rules depend on.
struct FirewallSpec {
    std::vector<std::string> ways_out;  ///< Bridges of networks that give a way out.
    std::vector<Station> stations;
};

/// The rules of the cloud's network namespace.
///
/// Nothing passes from one network to another. Networks with a way out reach the uplink, behind its
/// address, and get answers; nothing else is let in. A plug may send only with the addresses it was
/// given, and may claim only those. Any thread.
class Firewall {
public:
    /// The name of the uplink's interface at the cloud's end.
    static constexpr const char* kUplink = "up0";

    static Result<std::unique_ptr<Firewall>> create(const NetworkNamespace& cloud);

    /// Replaces all rules at one stroke by those for what `describe` tells. Changes made by the
    /// functions below during the call are kept, if each is made after what it is about.
    Result<void> replace(const std::function<Result<FirewallSpec>()>& describe);

    Result<void> add_way_out(const std::string& bridge);
    Result<void> remove_way_out(const std::string& bridge);
    Result<void> add_station(const Station& station);
    Result<void> remove_station(const Station& station);

private:
    explicit Firewall(Nftables nftables) : nftables_(std::move(nftables)) {}

    Result<void> run(const std::string& commands);

    /// Held over calls into the kernel, a fraction of a millisecond each: the library serves one
    /// thread at a time, and replacing must not undo what others add meanwhile.
    std::mutex mutex_;
    Nftables nftables_;
};

/// The commands that `Firewall::replace` runs.
std::string format_firewall(const FirewallSpec& spec);

}  // namespace xos::local
