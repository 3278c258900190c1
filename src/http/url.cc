#include "http/url.h"

#include <algorithm>
#include <charconv>

namespace xos::http {
namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

std::uint16_t default_port(std::string_view scheme) {
    return scheme == "https" ? 443 : 80;
}

Error no_url(std::string_view text, std::string_view why) {
    return {ErrorCode::Malformed, "url \"" + std::string(text) + "\": " + std::string(why)};
}

/// What a request line cannot carry.
bool breaks_a_line(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= ' ' || byte == 0x7f;
}

struct Authority {
    std::string_view host;
    std::string_view port;
};

std::optional<Authority> split_authority(std::string_view text) {
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos)
            return std::nullopt;
        const std::string_view rest = text.substr(end + 1);
        if (!rest.empty() && rest[0] != ':')
            return std::nullopt;
        return Authority{text.substr(1, end - 1), rest.empty() ? rest : rest.substr(1)};
    }
    const auto colon = text.find(':');
    if (colon == std::string_view::npos)
        return Authority{text, {}};
    return Authority{text.substr(0, colon), text.substr(colon + 1)};
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
    const auto scheme_end = text.find("://");
    if (scheme_end == std::string_view::npos)
        return no_url(text, "wants http:// or https:// in front");
    Url url;
    url.scheme = std::string(text.substr(0, scheme_end));
    if (url.scheme != "http" && url.scheme != "https")
        return no_url(text, "only http and https are spoken");
    std::string_view rest = text.substr(scheme_end + 3);
    if (std::any_of(rest.begin(), rest.end(), breaks_a_line))
        return no_url(text, "spaces and control characters must be written as %XX");
    rest = rest.substr(0, rest.find('#'));

    const auto authority_end = std::min(rest.find_first_of("/?"), rest.size());
    const std::string_view authority = rest.substr(0, authority_end);
    if (authority.find('@') != std::string_view::npos)
        return no_url(text, "user and password do not belong in it");
    const auto parts = split_authority(authority);
    if (!parts || parts->host.empty())
        return no_url(text, "wants a host");
    url.host = std::string(parts->host);
    url.port = default_port(url.scheme);
    if (!parts->port.empty()) {
        const char* const end = parts->port.data() + parts->port.size();
        const auto [stop, bad] = std::from_chars(parts->port.data(), end, url.port);
        if (bad != std::errc{} || stop != end || url.port == 0)
            return no_url(text, "the port must be a number from 1 to 65535");
    }
    url.target = std::string(rest.substr(authority_end));
    if (!url.target.starts_with('/'))
        url.target.insert(0, "/");
    return url;
}

std::string Url::authority() const {
    std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
    if (port != default_port(scheme))
        text += ":" + std::to_string(port);
    return text;
}

std::string Url::format() const {
    return scheme + "://" + authority() + target;
}

std::string percent_encode(std::string_view text) {
    static constexpr char kDigits[] = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (is_unreserved(c)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += kDigits[byte >> 4U];
        out += kDigits[byte & 15U];
    }
    return out;
}

std::optional<std::string> percent_decode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            out += text[at];
            continue;
        }
        if (at + 2 >= text.size())
            return std::nullopt;
        const int high = hex_value(text[at + 1]);
        const int low = hex_value(text[at + 2]);
        if (high < 0 || low < 0 || (high == 0 && low == 0))
            return std::nullopt;
        out += static_cast<char>(high * 16 + low);
        at += 2;
    }
    return out;
}

namespace {

Result<std::string> decode_parameter(std::string_view text) {
    if (text.find_first_of("%+") == std::string_view::npos)
        return std::string(text);
    std::string spaced(text);
    std::replace(spaced.begin(), spaced.end(), '+', ' ');
    auto decoded = percent_decode(spaced);
    if (!decoded)
        return Error{ErrorCode::Malformed, "query \"" + std::string(text) +
                                               "\": \"%\" wants two hexadecimal digits, not 00"};
    return std::move(*decoded);
}

}  // namespace

Result<Query> parse_query(std::string_view text) {
    Query query;
    while (!text.empty()) {
        const auto end = std::min(text.find('&'), text.size());
        const std::string_view pair = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (pair.empty())
            continue;
        const auto equals = std::min(pair.find('='), pair.size());
        std::string name = TRY(decode_parameter(pair.substr(0, equals)));
        std::string value = TRY(decode_parameter(pair.substr(std::min(equals + 1, pair.size()))));
        query.emplace_back(std::move(name), std::move(value));
    }
    return query;
}

std::string format_query(const Query& query) {
    std::string out;
    for (const auto& [name, value] : query) {
        if (!out.empty())
            out += '&';
        out += percent_encode(name);
        out += '=';
        out += percent_encode(value);
    }
    return out;
}

}  // namespace xos::http
