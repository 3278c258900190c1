#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace xos::http {

/// The header lines of a message, kept as the text that goes over the wire, so that making, sending
/// and copying them costs one allocation. Names are compared without regard to case.
///
/// No name and no value can break out of its line: CR, LF and zero bytes become spaces.
class Headers {
public:
    Headers() = default;
    Headers(std::initializer_list<std::pair<std::string_view, std::string_view>> lines);

    void add(std::string_view name, std::string_view value);
    /// Replaces all lines of that name.
    void set(std::string_view name, std::string_view value);
    void remove(std::string_view name);
    void clear();

    /// The value of the first line of that name. Valid until the next change.
    std::optional<std::string_view> find(std::string_view name) const;
    /// The same, or `otherwise`.
    std::string_view text(std::string_view name, std::string_view otherwise = "") const;
    /// How many lines there are.
    std::size_t size() const { return size_; }
    /// "Name: value\r\n" for each line.
    const std::string& lines() const { return lines_; }

    /// Calls `use(name, value)` for each line in order.
    template <class Use>
    void for_each(Use&& use) const {
        for (std::size_t at = 0; at < lines_.size();) {
            const Line line = line_at(at);
            use(line.name, line.value);
            at = line.end;
        }
    }

private:
    struct Line {
        std::string_view name;
        std::string_view value;
        std::size_t end;
    };

    Line line_at(std::size_t start) const;

    std::string lines_;
    std::size_t size_ = 0;
};

/// Whether two names are the same without regard to case (ASCII).
bool equal_names(std::string_view a, std::string_view b);

}  // namespace xos::http
