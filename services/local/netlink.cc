#include "services/local/netlink.h"

#include "services/local/system_error.h"

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

namespace xos::local {

namespace {

// The kernel answers each request with about 40 bytes (with the request's text in failures), and
// its answers wait in a buffer of 200 KB: more at once could be lost.
constexpr std::size_t kRequestsAtOnce = 64;

template <class Header>
const Header& header_of(const nlmsghdr& message) {
    return *static_cast<const Header*>(NLMSG_DATA(&message));
}

/// Calls `visit(type, bytes)` for each attribute after the fixed part of `message`.
template <class Header, class Visit>
void for_each_attribute(const nlmsghdr& message, Visit&& visit) {
    auto left = static_cast<int>(message.nlmsg_len - NLMSG_SPACE(sizeof(Header)));
    const auto* start = reinterpret_cast<const char*>(&message) + NLMSG_SPACE(sizeof(Header));
    const auto* attribute = reinterpret_cast<const rtattr*>(start);
    for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
        visit(attribute->rta_type & NLA_TYPE_MASK,
              std::string_view(static_cast<const char*>(RTA_DATA(attribute)),
                               RTA_PAYLOAD(attribute)));
    }
}

std::uint32_t number_in(std::string_view bytes) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof value));
    return value;
}

Ipv4 address_in(std::string_view bytes) {
    return Ipv4{ntohl(number_in(bytes))};
}

std::string text_in(std::string_view bytes) {
    return std::string(bytes.substr(0, bytes.find('\0')));
}

Link link_in(const nlmsghdr& message) {
    const auto& head = header_of<ifinfomsg>(message);
    Link link{.index = head.ifi_index, .is_up = (head.ifi_flags & IFF_UP) != 0};
    for_each_attribute<ifinfomsg>(message, [&](int type, std::string_view bytes) {
        switch (type) {
            case IFLA_IFNAME: link.name = text_in(bytes); break;
            case IFLA_IFALIAS: link.alias = text_in(bytes); break;
            case IFLA_GROUP: link.group = number_in(bytes); break;
            case IFLA_MTU: link.mtu = number_in(bytes); break;
            case IFLA_MASTER: link.master = static_cast<int>(number_in(bytes)); break;
            case IFLA_LINK: link.peer = static_cast<int>(number_in(bytes)); break;
            case IFLA_LINK_NETNSID: link.peer_is_elsewhere = true; break;
            case IFLA_ADDRESS:
                if (bytes.size() == link.mac.bytes.size())
                    std::copy(bytes.begin(), bytes.end(), link.mac.bytes.begin());
                break;
            default: break;
        }
    });
    return link;
}

LinkAddress address_of(const nlmsghdr& message) {
    const auto& head = header_of<ifaddrmsg>(message);
    LinkAddress address{static_cast<int>(head.ifa_index), {{}, head.ifa_prefixlen}};
    for_each_attribute<ifaddrmsg>(message, [&](int type, std::string_view bytes) {
        if (type == IFA_LOCAL)
            address.address.address = address_in(bytes);
    });
    return address;
}

Route route_in(const nlmsghdr& message) {
    Route route{.destination = {{}, header_of<rtmsg>(message).rtm_dst_len}};
    for_each_attribute<rtmsg>(message, [&](int type, std::string_view bytes) {
        switch (type) {
            case RTA_DST: route.destination.address = address_in(bytes); break;
            case RTA_GATEWAY: route.gateway = address_in(bytes); break;
            case RTA_OIF: route.index = static_cast<int>(number_in(bytes)); break;
            default: break;
        }
    });
    return route;
}

/// The kernel's own words about a refused request, where it has any.
std::string words_in(const nlmsghdr& message) {
    std::string words;
    if ((message.nlmsg_flags & NLM_F_ACK_TLVS) == 0)
        return words;
    // The request's head stands between the error and the words.
    for_each_attribute<nlmsgerr>(message, [&](int type, std::string_view bytes) {
        if (type == NLMSGERR_ATTR_MSG)
            words = " (" + text_in(bytes) + ")";
    });
    return words;
}

template <class Header>
std::string dump_request(std::uint16_t type, unsigned char family) {
    struct {
        nlmsghdr head;
        Header body;
    } request{};
    request.head.nlmsg_len = sizeof request;
    request.head.nlmsg_type = type;
    request.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    std::memcpy(&request.body, &family, sizeof family);  // Each of the headers starts with it.
    return std::string(reinterpret_cast<const char*>(&request), sizeof request);
}

}  // namespace

Result<Netlink> Netlink::open(const NetworkNamespace& where) {
    return where.inside([]() -> Result<Netlink> {
        Descriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
        if (!socket)
            return system_error("open a netlink socket");
        const int on = 1;
        ::setsockopt(socket.get(), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
        ::setsockopt(socket.get(), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
        ::setsockopt(socket.get(), SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof on);
        return Netlink(std::move(socket));
    });
}

Result<void> Netlink::write(std::string_view bytes) {
    sockaddr_nl kernel{};
    kernel.nl_family = AF_NETLINK;
    if (::sendto(socket_.get(), bytes.data(), bytes.size(), 0,
                 reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel) < 0)
        return system_error("netlink");
    return {};
}

Result<std::size_t> Netlink::read() {
    while (true) {
        const ssize_t count = ::recv(socket_.get(), buffer_.data(), buffer_.size(), 0);
        if (count >= 0)
            return static_cast<std::size_t>(count);
        if (errno != EINTR)
            return system_error("netlink");
    }
}

Result<void> Netlink::send(std::span<const NetlinkRequest> requests) {
    Result<void> outcome;
    while (!requests.empty()) {
        const auto now = requests.first(std::min(requests.size(), kRequestsAtOnce));
        requests = requests.subspan(now.size());
        std::string bytes;
        for (std::size_t i = 0; i < now.size(); ++i)
            bytes += now[i].bytes(sequence_ + static_cast<std::uint32_t>(i));
        TRY(write(bytes));
        for (std::size_t answered = 0; answered < now.size();)
            answered += TRY(read_acks(now, outcome));
        sequence_ += static_cast<std::uint32_t>(now.size());
    }
    return outcome;
}

Result<std::size_t> Netlink::read_acks(std::span<const NetlinkRequest> requests,
                                       Result<void>& outcome) {
    std::size_t acks = 0;
    std::size_t left = TRY(read());
    const auto* message = reinterpret_cast<const nlmsghdr*>(buffer_.data());
    for (; NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
        const std::uint32_t at = message->nlmsg_seq - sequence_;
        if (message->nlmsg_type != NLMSG_ERROR || at >= requests.size())
            continue;
        ++acks;
        const int error = -header_of<nlmsgerr>(*message).error;
        const NetlinkRequest& request = requests[at];
        if (error != 0 && !request.allows(error) && outcome.has_value())
            outcome = system_error(error, request.what() + words_in(*message));
    }
    return acks;
}

/// One try of a dump; false when the configuration changed meanwhile and it has to be repeated.
Result<bool> Netlink::dump_once(const std::string& bytes, const Visitor& visit) {
    std::string request = bytes;
    const std::uint32_t sequence = sequence_++;
    std::memcpy(request.data() + offsetof(nlmsghdr, nlmsg_seq), &sequence, sizeof sequence);
    TRY(write(request));
    bool is_whole = true;
    while (true) {
        std::size_t left = TRY(read());
        const auto* message = reinterpret_cast<const nlmsghdr*>(buffer_.data());
        for (; NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
            if (message->nlmsg_seq != sequence)
                continue;
            is_whole = is_whole && (message->nlmsg_flags & NLM_F_DUMP_INTR) == 0;
            if (message->nlmsg_type == NLMSG_DONE)
                return is_whole;
            if (message->nlmsg_type == NLMSG_ERROR)
                return system_error(-header_of<nlmsgerr>(*message).error, "netlink dump");
            visit(*message);
        }
    }
}

Result<void> Netlink::dump(const std::string& request, const std::function<void()>& restart,
                           const Visitor& visit) {
    bool is_whole = false;
    while (!is_whole) {
        restart();
        is_whole = TRY(dump_once(request, visit));
    }
    return {};
}

Result<std::vector<Link>> Netlink::links() {
    const std::string request = dump_request<ifinfomsg>(RTM_GETLINK, AF_UNSPEC);
    std::vector<Link> links;
    TRY(dump(
        request, [&] { links.clear(); },
        [&](const nlmsghdr& message) { links.push_back(link_in(message)); }));
    return links;
}

Result<std::optional<Link>> Netlink::find_link(std::string_view name) {
    NetlinkRequest request(RTM_GETLINK, 0, "look up interface " + std::string(name));
    request.header(ifinfomsg{}).text(IFLA_IFNAME, name);
    return ask_for_link(request);
}

Result<std::optional<Link>> Netlink::find_link(int index) {
    NetlinkRequest request(RTM_GETLINK, 0, "look up interface " + std::to_string(index));
    ifinfomsg head{};
    head.ifi_index = index;
    request.header(head);
    return ask_for_link(request);
}

/// The kernel's answer about one interface takes microseconds, a dump of hundreds milliseconds.
Result<std::optional<Link>> Netlink::ask_for_link(const NetlinkRequest& request) {
    const std::uint32_t sequence = sequence_++;
    TRY(write(request.bytes(sequence)));
    std::optional<Link> found;
    while (true) {
        std::size_t left = TRY(read());
        const auto* message = reinterpret_cast<const nlmsghdr*>(buffer_.data());
        for (; NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
            if (message->nlmsg_seq != sequence)
                continue;
            if (message->nlmsg_type == RTM_NEWLINK)
                found = link_in(*message);
            if (message->nlmsg_type != NLMSG_ERROR)
                continue;
            const int error = -header_of<nlmsgerr>(*message).error;
            if (error != 0 && error != ENODEV)
                return system_error(error, request.what());
            return found;
        }
    }
}

Result<std::vector<LinkAddress>> Netlink::addresses() {
    const std::string request = dump_request<ifaddrmsg>(RTM_GETADDR, AF_INET);
    std::vector<LinkAddress> addresses;
    TRY(dump(
        request, [&] { addresses.clear(); },
        [&](const nlmsghdr& message) { addresses.push_back(address_of(message)); }));
    return addresses;
}

Result<std::vector<Route>> Netlink::routes() {
    const std::string request = dump_request<rtmsg>(RTM_GETROUTE, AF_INET);
    std::vector<Route> routes;
    TRY(dump(
        request, [&] { routes.clear(); },
        [&](const nlmsghdr& message) {
            if (header_of<rtmsg>(message).rtm_table == RT_TABLE_MAIN)
                routes.push_back(route_in(message));
        }));
    return routes;
}

}  // namespace xos::local
