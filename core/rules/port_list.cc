#include "core/rules/port_list.h"

#include "base/text.h"

#include <charconv>
#include <optional>
#include <string>
#include <utility>

namespace xos::core {

namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
    unsigned port = 0;
    const auto end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, port);
    if (error != std::errc() || stop != end || port < 1 || port > 65535)
        return std::nullopt;
    return static_cast<std::uint16_t>(port);
}

std::optional<PortRange> parse_entry(std::string_view text) {
    PortRange range;
    const bool is_tcp = text.starts_with("tcp"), is_udp = text.starts_with("udp");
    range.tcp = !is_udp;
    range.udp = !is_tcp;
    if (is_tcp || is_udp) {
        text.remove_prefix(3);
        if (text.empty() || (text[0] != ' ' && text[0] != '/'))
            return std::nullopt;
        text = trim(text.substr(1));
    }
    const auto middle = std::min(text.find_first_of("-:"), text.size());
    const auto first = parse_port(trim(text.substr(0, middle)));
    const auto last = middle == text.size() ? first : parse_port(trim(text.substr(middle + 1)));
    if (!first || !last || *first > *last)
        return std::nullopt;
    range.first = *first;
    range.last = *last;
    return range;
}

}  // namespace

Result<std::vector<PortRange>> parse_ports(std::string_view text) {
    std::vector<PortRange> ranges;
    std::vector<ErrorDetail> mistakes;
    while (!trim(text).empty()) {
        const auto end = std::min(text.find(','), text.size());
        const std::string_view entry = trim(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (const auto range = parse_entry(entry))
            ranges.push_back(*range);
        else
            mistakes.push_back({"", "\"" + std::string(entry) +
                                        "\" is no port: write tcp 80, udp 53, tcp 8000-8100 or "
                                        "8080, with commas between"});
    }
    if (mistakes.empty())
        return ranges;
    std::string message = mistakes.front().message;
    return Error{ErrorCode::Invalid, std::move(message), std::move(mistakes)};
}

}  // namespace xos::core
