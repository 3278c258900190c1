#pragma once

#include "api/call.h"
#include "base/clock.h"
#include "base/metrics.h"

#include <array>
#include <map>
#include <string_view>

namespace xos::api {

/// Counts requests and how long they take, by route. Thread-safe once all routes were added.
class RequestMetrics {
public:
    RequestMetrics(Metrics& metrics, const Clock& clock) : metrics_(metrics), clock_(clock) {}

    void add_route(std::string_view pattern);
    void count(const Call& call, int status) const;

private:
    struct Series {
        std::array<Counter, 4> by_class;  // 2xx, 3xx, 4xx, 5xx.
        Histogram seconds;
    };

    Metrics& metrics_;
    const Clock& clock_;
    std::map<std::string_view, Series> by_route_;
};

}  // namespace xos::api
