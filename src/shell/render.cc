#include "shell/render.h"

#include <algorithm>

namespace xos::shell {

namespace {

constexpr std::size_t kGap = 2;

/// Characters, not bytes.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    }));
}

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

/// Replaces control characters of ASCII and, in UTF-8, of Latin-1 by `escape` of them.
template <class Keeps, class Escape>
std::string without_controls(std::string_view text, const Keeps& keeps, const Escape& escape) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char next = i + 1 < text.size() ? text[i + 1] : '\0';
        const auto low = static_cast<unsigned char>(next);
        if (text[i] == '\xc2' && low >= 0x80 && low < 0xa0) {
            out += escape(low);
            ++i;
        } else if (is_control(text[i]) && !keeps(text[i])) {
            out += escape(static_cast<unsigned char>(text[i]));
        } else {
            out += text[i];
        }
    }
    return out;
}

std::string hex(unsigned char byte) {
    constexpr std::string_view digits = "0123456789abcdef";
    return {digits[byte >> 4], digits[byte & 15]};
}

bool is_plain(const std::string& text) {
    if (text.empty() || text.front() == ' ' || text.back() == ' ')
        return false;
    if (text == "true" || text == "false" || text == "null" || text == "~" || text == "yes" ||
        text == "no")
        return false;
    const std::string_view first = "-?:,[]{}#&*!|>'\"%@`0123456789.+";
    if (first.find(text.front()) != std::string_view::npos)
        return false;
    return std::none_of(text.begin(), text.end(), is_control) &&
           text.find("\xc2") == std::string::npos && text.find(": ") == std::string::npos &&
           text.find(" #") == std::string::npos && text.back() != ':';
}

void write_yaml(const Json& json, std::size_t indent, std::string& out);

void write_scalar(const Json& json, std::string& out) {
    const auto* text = json.as_string();
    out += text && is_plain(*text) ? *text : json.format();
    out += '\n';
}

void write_nested(const Json& value, std::size_t indent, std::string& out) {
    const bool nested = (value.as_object() && !value.as_object()->empty()) ||
                        (value.as_array() && !value.as_array()->empty());
    if (!nested) {
        out += ' ';
        write_scalar(value, out);
        return;
    }
    out += '\n';
    write_yaml(value, indent + 2, out);
}

void write_yaml(const Json& json, std::size_t indent, std::string& out) {
    if (const auto* object = json.as_object()) {
        for (const auto& [name, value] : *object) {
            out.append(indent, ' ').append(is_plain(name) ? name : Json(name).format()) += ':';
            write_nested(value, indent, out);
        }
        return;
    }
    if (const auto* array = json.as_array()) {
        for (const Json& value : *array) {
            std::string nested;
            write_yaml(value, indent + 2, nested);
            out.append(indent, ' ') += "- ";
            // The first line of what is nested stands behind the dash.
            out += value.is_object() || value.is_array()
                       ? nested.substr(std::min(indent + 2, nested.size()))
                       : nested;
        }
        return;
    }
    write_scalar(json, out);
}

std::string flat(std::string_view text) {
    std::string spaced(text);
    std::replace_if(
        spaced.begin(), spaced.end(), [](char c) { return c == '\n' || c == '\t' || c == '\r'; },
        ' ');
    return printable(spaced);
}

}  // namespace

std::string printable(std::string_view text) {
    return without_controls(
        text, [](char c) { return c == '\n' || c == '\t'; },
        [](unsigned char byte) { return "\\x" + hex(byte); });
}

std::string printable_json(std::string_view text) {
    return without_controls(
        text, [](char c) { return c == '\n'; },
        [](unsigned char byte) { return "\\u00" + hex(byte); });
}

void Table::add(std::vector<std::string> row) {
    for (std::string& text : row)
        text = flat(text);
    rows_.push_back(std::move(row));
}

std::string Table::format() const {
    std::vector<std::size_t> widths(rows_[0].size(), 0);
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], width_of(row[i]));
    }
    std::string out;
    for (const auto& row : rows_) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i];
            if (i + 1 < row.size())
                line.append(widths[i] - width_of(row[i]) + kGap, ' ');
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + "\n";
    }
    return out;
}

std::string to_yaml(const Json& json) {
    std::string out;
    write_yaml(json, 0, out);
    return out;
}

std::string one_line(std::string_view text, std::size_t width) {
    const std::string line = flat(text);
    if (width_of(line) <= width)
        return line;
    std::size_t end = 0;
    for (std::size_t seen = 0; end < line.size(); ++end) {
        if ((static_cast<unsigned char>(line[end]) & 0xc0) != 0x80 && seen++ == width - 1)
            break;
    }
    return line.substr(0, end) + "…";
}

}  // namespace xos::shell
