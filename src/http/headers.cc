#include "http/headers.h"

#include <algorithm>

namespace xos::http {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

void append_in_line(std::string& to, std::string_view text) {
    const std::size_t start = to.size();
    to += text;
    for (std::size_t at = start; at < to.size(); ++at)
        if (to[at] == '\r' || to[at] == '\n' || to[at] == '\0')
            to[at] = ' ';
}

}  // namespace

bool equal_names(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
               return x == y || lower(x) == lower(y);
           });
}

Headers::Headers(std::initializer_list<std::pair<std::string_view, std::string_view>> lines) {
    for (const auto& [name, value] : lines)
        add(name, value);
}

void Headers::add(std::string_view name, std::string_view value) {
    if (lines_.empty())
        lines_.reserve(192);
    append_in_line(lines_, name);
    lines_ += ": ";
    append_in_line(lines_, value);
    lines_ += "\r\n";
    ++size_;
}

void Headers::set(std::string_view name, std::string_view value) {
    remove(name);
    add(name, value);
}

void Headers::remove(std::string_view name) {
    for (std::size_t at = 0; at < lines_.size();) {
        const Line line = line_at(at);
        if (!equal_names(line.name, name)) {
            at = line.end;
            continue;
        }
        lines_.erase(at, line.end - at);
        --size_;
    }
}

void Headers::clear() {
    lines_.clear();
    size_ = 0;
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
    for (std::size_t at = 0; at < lines_.size();) {
        const Line line = line_at(at);
        if (equal_names(line.name, name))
            return line.value;
        at = line.end;
    }
    return std::nullopt;
}

std::string_view Headers::text(std::string_view name, std::string_view otherwise) const {
    return find(name).value_or(otherwise);
}

Headers::Line Headers::line_at(std::size_t start) const {
    // `add` is the only writer, so each line has ": " and ends in CR LF.
    const std::size_t end = lines_.find('\n', start);
    const std::size_t colon = lines_.find(':', start);
    const std::string_view all = lines_;
    return {all.substr(start, colon - start), all.substr(colon + 2, end - 1 - (colon + 2)),
            end + 1};
}

}  // namespace xos::http
