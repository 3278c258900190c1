#include "kernel/format_check.h"

#include "base/text.h"

#include <arpa/inet.h>

#include <cctype>
#include <cmath>

namespace xos::kernel {

bool is_url(std::string_view text) {
    const std::size_t colon = text.find("://");
    if (colon == std::string_view::npos || colon == 0 || text.size() == colon + 3)
        return false;
    for (const char c : text.substr(0, colon)) {
        if (!std::isalnum(static_cast<unsigned char>(c)) && c != '+' && c != '-' && c != '.')
            return false;
    }
    const char host = text[colon + 3];
    return host != '/' && text.find_first_of(" \t\r\n\"<>") == std::string_view::npos;
}

bool is_ip_address(const std::string& text) {
    unsigned char address[sizeof(in6_addr)];
    return inet_pton(AF_INET, text.c_str(), address) == 1 ||
           inet_pton(AF_INET6, text.c_str(), address) == 1;
}

bool has_control_character(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : ' ');
        if (byte < 0x20 || byte == 0x7f || (byte == 0xc2 && next >= 0x80 && next < 0xa0))
            return true;
    }
    return false;
}

std::size_t utf8_length(std::string_view text) {
    std::size_t length = 0;
    for (const char c : text)
        length += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    return length;
}

std::string format_number(double number) {
    if (std::floor(number) == number && std::abs(number) < 1e15)
        return std::to_string(static_cast<std::int64_t>(number));
    return std::to_string(number);
}

std::string format_values(const std::vector<model::Value>& values) {
    std::vector<std::string> texts;
    for (const model::Value& value : values) {
        if (const auto* text = std::get_if<std::string>(&value))
            texts.push_back(*text);
        else if (const auto* boolean = std::get_if<bool>(&value))
            texts.emplace_back(*boolean ? "true" : "false");
        else if (const auto* integer = std::get_if<std::int64_t>(&value))
            texts.push_back(std::to_string(*integer));
        else if (const auto* number = std::get_if<double>(&value))
            texts.push_back(format_number(*number));
        else if (const auto* link = std::get_if<ObjectId>(&value))
            texts.push_back(std::to_string(link->value));
    }
    return texts.empty() ? "nothing" : join(texts, ", ");
}

}  // namespace xos::kernel
