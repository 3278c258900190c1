#include "api/request_metrics.h"

#include <algorithm>
#include <string>

namespace xos::api {

void RequestMetrics::add_route(std::string_view pattern) {
    if (by_route_.count(pattern) > 0)
        return;
    const std::string route(pattern);
    const auto counter = [&](const char* status) {
        return metrics_.counter({"xos_http_requests_total",
                                 "Requests answered, by route and class of status.",
                                 {{"route", route}, {"status", status}}});
    };
    by_route_.emplace(pattern,
                      Series{{counter("2xx"), counter("3xx"), counter("4xx"), counter("5xx")},
                             metrics_.histogram({"xos_http_request_seconds",
                                                 "Time from a request's last byte to its answer.",
                                                 {{"route", route}}},
                                                Metrics::seconds())});
}

void RequestMetrics::count(const Call& call, int status) const {
    const auto at = by_route_.find(call.route);
    if (at == by_route_.end())
        return;
    at->second.by_class[static_cast<std::size_t>(std::clamp(status / 100 - 2, 0, 3))].add();
    const auto took = std::chrono::duration<double>(clock_.now() - call.started);
    at->second.seconds.observe(took.count());
}

}  // namespace xos::api
