#include "model/hidden.h"

#include "base/text.h"

namespace xos::model {

std::optional<Hidden> parse_hidden(std::string_view text) {
    const std::size_t first = text.find(' ');
    const auto version = parse_int(text.substr(0, first));
    if (!version || *version < 0)
        return std::nullopt;
    Hidden hidden{.version = {static_cast<std::uint64_t>(*version)}, .key = {}, .content = {}};
    if (first == std::string_view::npos)
        return hidden;
    hidden.content = text.substr(first + 1);
    if (const std::size_t second = hidden.content.find(' '); second != std::string_view::npos) {
        hidden.key = hidden.content.substr(0, second);
        hidden.content.remove_prefix(second + 1);
    }
    return hidden;
}

std::string format_hidden(const Hidden& hidden) {
    std::string text = std::to_string(hidden.version.value);
    if (!hidden.key.empty())
        text.append(" ").append(hidden.key);
    if (!hidden.content.empty())
        text.append(" ").append(hidden.content);
    return text;
}

}  // namespace xos::model
