#include "services/local/netlink_request.h"

#include "base/check.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

namespace xos::local {

NetlinkRequest::NetlinkRequest(std::uint16_t type, std::uint16_t flags, std::string what)
    : what_(std::move(what)) {
    nlmsghdr head{};
    head.nlmsg_type = type;
    head.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
    append(&head, sizeof head);
}

NetlinkRequest& NetlinkRequest::allow(int error) {
    allowed_.push_back(error);
    return *this;
}

bool NetlinkRequest::allows(int error) const {
    return std::find(allowed_.begin(), allowed_.end(), error) != allowed_.end();
}

void NetlinkRequest::append(const void* bytes, std::size_t size) {
    message_.append(static_cast<const char*>(bytes), size);
    message_.resize(NLMSG_ALIGN(message_.size()), '\0');
}

NetlinkRequest& NetlinkRequest::attribute(std::uint16_t type, const void* bytes, std::size_t size) {
    rtattr head{};
    head.rta_type = type;
    head.rta_len = static_cast<std::uint16_t>(RTA_LENGTH(size));
    append(&head, sizeof head);
    append(bytes, size);
    return *this;
}

NetlinkRequest& NetlinkRequest::text(std::uint16_t type, std::string_view text) {
    const std::string ended(text);
    return attribute(type, ended.c_str(), ended.size() + 1);
}

NetlinkRequest& NetlinkRequest::number(std::uint16_t type, std::uint32_t value) {
    return attribute(type, &value, sizeof value);
}

NetlinkRequest& NetlinkRequest::address(std::uint16_t type, Ipv4 address) {
    const std::uint8_t bytes[4] = {
        static_cast<std::uint8_t>(address.value >> 24),
        static_cast<std::uint8_t>(address.value >> 16),
        static_cast<std::uint8_t>(address.value >> 8),
        static_cast<std::uint8_t>(address.value),
    };
    return attribute(type, bytes, sizeof bytes);
}

NetlinkRequest& NetlinkRequest::mac(std::uint16_t type, const Mac& mac) {
    return attribute(type, mac.bytes.data(), mac.bytes.size());
}

NetlinkRequest& NetlinkRequest::open(std::uint16_t type) {
    open_.push_back(message_.size());
    return attribute(type, nullptr, 0);
}

NetlinkRequest& NetlinkRequest::close() {
    XOS_CHECK(!open_.empty(), "netlink: close without open");
    const auto size = static_cast<std::uint16_t>(message_.size() - open_.back());
    std::memcpy(message_.data() + open_.back() + offsetof(rtattr, rta_len), &size, sizeof size);
    open_.pop_back();
    return *this;
}

std::string NetlinkRequest::bytes(std::uint32_t sequence) const {
    XOS_CHECK(open_.empty(), "netlink: open without close");
    std::string bytes = message_;
    const auto size = static_cast<std::uint32_t>(bytes.size());
    std::memcpy(bytes.data() + offsetof(nlmsghdr, nlmsg_len), &size, sizeof size);
    std::memcpy(bytes.data() + offsetof(nlmsghdr, nlmsg_seq), &sequence, sizeof sequence);
    return bytes;
}

namespace {

NetlinkRequest change_link(const std::string& name, const std::string& what) {
    NetlinkRequest request(RTM_NEWLINK, 0, what + " of " + name);
    request.header(ifinfomsg{}).text(IFLA_IFNAME, name);
    return request;
}

NetlinkRequest about_address(std::uint16_t type, std::uint16_t flags, int index,
                             const Ipv4Prefix& address) {
    const std::string verb = type == RTM_NEWADDR ? "add address " : "delete address ";
    NetlinkRequest request(type, flags, verb + format(address));
    ifaddrmsg head{};
    head.ifa_family = AF_INET;
    head.ifa_prefixlen = static_cast<std::uint8_t>(address.length);
    head.ifa_index = static_cast<unsigned>(index);
    request.header(head).address(IFA_LOCAL, address.address);
    if (address.length < 31)
        request.address(IFA_BROADCAST, Ipv4{address.address.value | ~address.mask()});
    return request;
}

rtmsg default_route() {
    rtmsg head{};
    head.rtm_family = AF_INET;
    head.rtm_table = RT_TABLE_MAIN;
    head.rtm_protocol = RTPROT_STATIC;
    head.rtm_scope = RT_SCOPE_UNIVERSE;
    head.rtm_type = RTN_UNICAST;
    return head;
}

}  // namespace

NetlinkRequest add_bridge(const std::string& name, std::uint32_t group, const Mac& mac) {
    NetlinkRequest request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, "add bridge " + name);
    request.header(ifinfomsg{}).text(IFLA_IFNAME, name).number(IFLA_GROUP, group);
    // Without an address of its own a bridge takes those of its ports, and changes with them.
    request.mac(IFLA_ADDRESS, mac);
    request.open(IFLA_LINKINFO).text(IFLA_INFO_KIND, "bridge").close();
    return request;
}

NetlinkRequest add_veth(const VethRequest& veth) {
    NetlinkRequest request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, "add interface " + veth.name);
    ifinfomsg here{};
    here.ifi_flags = IFF_UP;
    here.ifi_change = IFF_UP;
    request.header(here).text(IFLA_IFNAME, veth.name).number(IFLA_GROUP, veth.group);
    if (veth.bridge != 0)
        request.number(IFLA_MASTER, static_cast<std::uint32_t>(veth.bridge));
    if (veth.mtu != 0)
        request.number(IFLA_MTU, veth.mtu);
    request.open(IFLA_LINKINFO).text(IFLA_INFO_KIND, "veth").open(IFLA_INFO_DATA);
    request.open(VETH_INFO_PEER).header(ifinfomsg{}).text(IFLA_IFNAME, veth.peer_name);
    request.mac(IFLA_ADDRESS, veth.peer_mac);
    if (veth.mtu != 0)
        request.number(IFLA_MTU, veth.mtu);
    if (veth.peer_namespace >= 0)
        request.number(IFLA_NET_NS_FD, static_cast<std::uint32_t>(veth.peer_namespace));
    request.close().close().close();
    return request;
}

NetlinkRequest set_alias(const std::string& name, const std::string& alias) {
    NetlinkRequest request = change_link(name, "set alias");
    request.text(IFLA_IFALIAS, alias);
    return request;
}

NetlinkRequest set_mtu(const std::string& name, std::uint32_t mtu) {
    NetlinkRequest request = change_link(name, "set mtu");
    request.number(IFLA_MTU, mtu);
    return request;
}

NetlinkRequest set_up(const std::string& name) {
    NetlinkRequest request(RTM_NEWLINK, 0, "set up " + name);
    ifinfomsg head{};
    head.ifi_flags = IFF_UP;
    head.ifi_change = IFF_UP;
    request.header(head).text(IFLA_IFNAME, name);
    return request;
}

NetlinkRequest plug_into(const std::string& name, int bridge) {
    NetlinkRequest request = set_up(name);
    request.number(IFLA_MASTER, static_cast<std::uint32_t>(bridge));
    return request;
}

NetlinkRequest set_up(int index) {
    NetlinkRequest request(RTM_NEWLINK, 0, "set up interface " + std::to_string(index));
    ifinfomsg head{};
    head.ifi_index = index;
    head.ifi_flags = IFF_UP;
    head.ifi_change = IFF_UP;
    request.header(head);
    return request;
}

NetlinkRequest delete_link(const std::string& name) {
    NetlinkRequest request(RTM_DELLINK, 0, "delete interface " + name);
    request.header(ifinfomsg{}).text(IFLA_IFNAME, name).allow(ENODEV);
    return request;
}

NetlinkRequest delete_link_group(std::uint32_t group) {
    NetlinkRequest request(RTM_DELLINK, 0, "delete interfaces of group " + std::to_string(group));
    request.header(ifinfomsg{}).number(IFLA_GROUP, group).allow(ENODEV);
    return request;
}

NetlinkRequest add_address(int index, const Ipv4Prefix& address) {
    NetlinkRequest request =
        about_address(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, index, address);
    return request;
}

NetlinkRequest delete_address(int index, const Ipv4Prefix& address) {
    NetlinkRequest request = about_address(RTM_DELADDR, 0, index, address);
    request.allow(EADDRNOTAVAIL);
    return request;
}

NetlinkRequest set_default_route(Ipv4 gateway, int index) {
    NetlinkRequest request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE,
                           "set default route by " + format(gateway));
    request.header(default_route()).address(RTA_GATEWAY, gateway);
    request.number(RTA_OIF, static_cast<std::uint32_t>(index));
    return request;
}

NetlinkRequest delete_default_route() {
    NetlinkRequest request(RTM_DELROUTE, 0, "delete default route");
    rtmsg head = default_route();
    head.rtm_scope = RT_SCOPE_NOWHERE;  // Any.
    request.header(head).allow(ESRCH);
    return request;
}

}  // namespace xos::local
