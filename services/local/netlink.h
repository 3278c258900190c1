#pragma once

#include "base/result.h"
#include "services/local/addresses.h"
#include "services/local/descriptor.h"
#include "services/local/netlink_request.h"
#include "services/local/network_namespace.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct nlmsghdr;

namespace xos::local {

/// One interface, as the kernel tells of it.
struct Link {
    int index = 0;
    std::string name;
    std::string alias;
    Mac mac;
    std::uint32_t group = 0;
    std::uint32_t mtu = 0;
    int master = 0;                  ///< Index of the bridge that it is plugged into; 0: none.
    int peer = 0;                    ///< Index of a pair's other end, where that is; 0: none.
    bool peer_is_elsewhere = false;  ///< The other end is in another namespace.
    bool is_up = false;
};

/// An IPv4 address of an interface.
struct LinkAddress {
    int index = 0;
    Ipv4Prefix address;
};

/// An IPv4 route of the main table. The default route's destination has length 0.
struct Route {
    Ipv4Prefix destination;
    Ipv4 gateway;
    int index = 0;
};

/// A socket to the kernel's network configuration in one network namespace.
///
/// It stays bound to the namespace it was opened in and keeps that alive, so open it for a piece
/// of work and let it go. One thread at a time.
class Netlink {
public:
    static Result<Netlink> open(const NetworkNamespace& where);

    /// Carries out all `requests` in order and returns the first refusal, after trying the rest.
    Result<void> send(std::span<const NetlinkRequest> requests);
    Result<void> send(const NetlinkRequest& request) { return send({&request, 1}); }

    Result<std::vector<Link>> links();
    Result<std::optional<Link>> find_link(std::string_view name);
    Result<std::optional<Link>> find_link(int index);
    Result<std::vector<LinkAddress>> addresses();
    Result<std::vector<Route>> routes();

private:
    using Visitor = std::function<void(const nlmsghdr&)>;

    explicit Netlink(Descriptor socket) : socket_(std::move(socket)) {}

    Result<std::optional<Link>> ask_for_link(const NetlinkRequest& request);
    Result<void> write(std::string_view bytes);
    Result<std::size_t> read();
    Result<std::size_t> read_acks(std::span<const NetlinkRequest> requests, Result<void>& outcome);
    /// Repeats a dump, after `restart`, until it was not overtaken by changes.
    Result<void> dump(const std::string& request, const std::function<void()>& restart,
                      const Visitor& visit);
    Result<bool> dump_once(const std::string& bytes, const Visitor& visit);

    Descriptor socket_;
    std::uint32_t sequence_ = 0;
    std::vector<char> buffer_ = std::vector<char>(32768);
};

}  // namespace xos::local
