#pragma once

#include "api/call.h"

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace xos::api {

using Handle = std::function<void(const CallPointer&)>;

/// One kind of request: a method and a path in which `{name}` stands for one segment.
struct Route {
    enum class For : std::uint8_t {
        Anyone,  ///< Nobody has to say who he is.
        Known,   ///< Active users and services.
    };
    /// Whether it can be asked of an earlier revision, by `at`.
    enum class Past : std::uint8_t { No, Too };
    std::string_view method;
    std::string_view pattern;
    Handle handle;
    For whom = For::Known;
    Past past = Past::No;
};

/// Finds the route of a request: the first that fits. Immutable once filled.
class Router {
public:
    void add(Route route);

    struct Match {
        const Route* route;
        std::vector<std::string> arguments;
    };
    struct NoSuchPath {};
    /// The path is known under other methods: those of the Allow header.
    struct NoSuchMethod {
        std::string allowed;
    };
    /// Calls `use` with the pattern of each route.
    template <class Use>
    void for_each_pattern(Use&& use) const {
        for (const Entry& entry : entries_)
            use(entry.route.pattern);
    }
    using Found = std::variant<Match, NoSuchPath, NoSuchMethod>;
    Found find(std::string_view method, std::string_view path) const;

private:
    struct Entry {
        Route route;
        std::vector<std::string_view> segments;
    };
    std::vector<Entry> entries_;
};

}  // namespace xos::api
