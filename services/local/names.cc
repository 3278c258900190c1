#include "services/local/names.h"

#include <algorithm>
#include <charconv>

namespace xos::local {

namespace {

constexpr std::size_t kLongestLineage = 40;
constexpr std::uint64_t kDecimalEnd = 10'000'000'000'000;  // 13 digits and "xb" are 15 characters.
constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";

/// FNV-1a, for names that must differ by lineage and be short.
std::uint64_t hash(std::string_view text) {
    std::uint64_t value = 0xcbf29ce484222325;
    for (const char c : text)
        value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return value;
}

std::string short_text(std::uint64_t value) {
    std::string text;
    do {
        text.insert(text.begin(), kDigits[value % 36]);
        value /= 36;
    } while (value != 0);
    return text;
}

std::string interface_name(char kind, ObjectId id) {
    if (id.value < kDecimalEnd)
        return std::string("x") + kind + std::to_string(id.value);
    return std::string("x") + static_cast<char>(kind - 'a' + 'A') + short_text(id.value);
}

bool is_allowed(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

}  // namespace

Result<Names> Names::create(std::string_view lineage) {
    if (lineage.empty() || lineage.size() > kLongestLineage || lineage.front() == '-' ||
        !std::all_of(lineage.begin(), lineage.end(), is_allowed))
        return Error(ErrorCode::Invalid, "lineage \"" + std::string(lineage) +
                                             "\" is not 1 to 40 letters, digits, '_' or '-'");
    return Names(lineage);
}

std::string Names::uplink() const {
    return "xu" + short_text(hash(lineage_) >> 3);
}

std::uint32_t Names::group() const {
    // Away from the small numbers that people use, and from 0, the group of everything else.
    return 0x58000000 | static_cast<std::uint32_t>(hash(lineage_) & 0xffffff);
}

std::string Names::container(ObjectId instance) const {
    return "xos-" + lineage_ + "-" + std::to_string(instance.value);
}

std::optional<ObjectId> Names::instance_of(std::string_view container) const {
    const std::string start = "xos-" + lineage_ + "-";
    if (!container.starts_with(start))
        return std::nullopt;
    return parse_id(container.substr(start.size()));
}

std::string Names::cgroup(ObjectId instance) const {
    std::string path = "/xos/" + lineage_;
    if (instance.value != 0)
        path += "/" + std::to_string(instance.value);
    return path;
}

std::optional<std::string_view> Names::unmark(std::string_view alias) const {
    const std::string mark = this->alias("");
    if (!alias.starts_with(mark))
        return std::nullopt;
    return alias.substr(mark.size());
}

std::string bridge_name(ObjectId network) {
    return interface_name('b', network);
}

std::string port_name(ObjectId port) {
    return interface_name('p', port);
}

std::optional<ObjectId> network_of_bridge(std::string_view name) {
    if (name.starts_with("xb"))
        return parse_id(name.substr(2));
    if (!name.starts_with("xB"))
        return std::nullopt;
    std::uint64_t value = 0;
    const auto [end, error] =
        std::from_chars(name.data() + 2, name.data() + name.size(), value, 36);
    if (error != std::errc{} || end != name.data() + name.size())
        return std::nullopt;
    return ObjectId{value};
}

Mac bridge_mac(ObjectId network) {
    Mac mac{{0x02}};
    for (std::size_t i = 1; i < mac.bytes.size(); ++i)
        mac.bytes[i] = static_cast<std::uint8_t>(network.value >> (8 * (5 - i)));
    return mac;
}

std::optional<ObjectId> parse_id(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size() ||
        std::to_string(value) != text)
        return std::nullopt;
    return ObjectId{value};
}

}  // namespace xos::local
