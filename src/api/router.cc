#include "api/router.h"

#include "base/text.h"

#include <algorithm>

namespace xos::api {

namespace {

/// A stream has no end, so there is nothing that HEAD could tell of it.
bool is_stream(std::string_view pattern) {
    return pattern.ends_with("/watch") || pattern.ends_with("/tasks");
}

bool is_placeholder(std::string_view segment) {
    return segment.starts_with('{');
}

bool fits(const std::vector<std::string_view>& pattern, const std::vector<std::string_view>& path) {
    return std::equal(pattern.begin(), pattern.end(), path.begin(), path.end(),
                      [](std::string_view wanted, std::string_view given) {
                          return is_placeholder(wanted) ? !given.empty() : wanted == given;
                      });
}

void add_method(std::string& allowed, std::string_view method) {
    const auto known = split(allowed, ',');
    const bool is_there = std::any_of(known.begin(), known.end(),
                                      [&](std::string_view one) { return trim(one) == method; });
    if (!is_there)
        allowed += (allowed.empty() ? "" : ", ") + std::string(method);
}

}  // namespace

void Router::add(Route route) {
    auto segments = split(route.pattern.substr(1), '/');
    entries_.push_back({std::move(route), std::move(segments)});
}

Router::Found Router::find(std::string_view method, std::string_view path) const {
    if (path.size() > 1 && path.ends_with('/'))
        path.remove_suffix(1);
    const auto given = path.empty() ? std::vector<std::string_view>{} : split(path.substr(1), '/');
    std::string allowed;
    const bool is_head = method == "HEAD";
    for (const Entry& entry : entries_) {
        if (!fits(entry.segments, given))
            continue;
        const bool fits_head =
            is_head && entry.route.method == "GET" && !is_stream(entry.route.pattern);
        if (entry.route.method != method && !fits_head) {
            add_method(allowed, entry.route.method);
            if (entry.route.method == "GET" && !is_stream(entry.route.pattern))
                add_method(allowed, "HEAD");
            continue;
        }
        Match match{&entry.route, {}};
        for (std::size_t i = 0; i < given.size(); ++i) {
            if (is_placeholder(entry.segments[i]))
                match.arguments.emplace_back(given[i]);
        }
        return match;
    }
    if (allowed.empty())
        return NoSuchPath{};
    return NoSuchMethod{std::move(allowed)};
}

}  // namespace xos::api
