#pragma once

#include "services/local/addresses.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace xos::local {

/// One change asked of the kernel's network configuration, in the form of rtnetlink.
///
/// A value without a socket; `Netlink::send` carries it out.
class NetlinkRequest {
public:
    /// `what` says in words what is asked for; errors name it. `flags` are those beside NLM_F_ACK.
    NetlinkRequest(std::uint16_t type, std::uint16_t flags, std::string what);

    /// Makes `error` (an errno) count as success, such as EEXIST for what may be there.
    NetlinkRequest& allow(int error);

    /// Appends the fixed part of the message, once, before all attributes.
    template <class Header>
    NetlinkRequest& header(const Header& header) {
        append(&header, sizeof header);
        return *this;
    }
    NetlinkRequest& attribute(std::uint16_t type, const void* bytes, std::size_t size);
    NetlinkRequest& text(std::uint16_t type, std::string_view text);
    NetlinkRequest& number(std::uint16_t type, std::uint32_t value);
    NetlinkRequest& address(std::uint16_t type, Ipv4 address);
    NetlinkRequest& mac(std::uint16_t type, const Mac& mac);

    /// Opens an attribute that holds the following ones, till the matching `close`.
    NetlinkRequest& open(std::uint16_t type);
    NetlinkRequest& close();

    const std::string& what() const { return what_; }
    bool allows(int error) const;
    /// The message as sent, under sequence number `sequence`.
    std::string bytes(std::uint32_t sequence) const;

private:
    void append(const void* bytes, std::size_t size);

    std::string what_;
    std::string message_;
    std::vector<std::size_t> open_;
    std::vector<int> allowed_;
};

/// A veth pair: one end here, the other born in another namespace.
struct VethRequest {
    std::string name;
    std::uint32_t group = 0;
    int bridge = 0;  ///< Index of the bridge that the end here is plugged into; 0: none.
    std::uint32_t mtu = 0;
    std::string peer_name;
    Mac peer_mac;
    int peer_namespace = -1;  ///< A descriptor.
};

NetlinkRequest add_bridge(const std::string& name, std::uint32_t group, const Mac& mac);
NetlinkRequest add_veth(const VethRequest& veth);
NetlinkRequest set_alias(const std::string& name, const std::string& alias);
NetlinkRequest set_mtu(const std::string& name, std::uint32_t mtu);
/// Plugs an interface into the bridge of index `bridge` and sets it up.
NetlinkRequest plug_into(const std::string& name, int bridge);
NetlinkRequest set_up(const std::string& name);
NetlinkRequest set_up(int index);
NetlinkRequest delete_link(const std::string& name);
NetlinkRequest delete_link_group(std::uint32_t group);
NetlinkRequest add_address(int index, const Ipv4Prefix& address);
NetlinkRequest delete_address(int index, const Ipv4Prefix& address);
/// Makes `gateway` on interface `index` the default route in place of any other.
NetlinkRequest set_default_route(Ipv4 gateway, int index);
NetlinkRequest delete_default_route();

}  // namespace xos::local
