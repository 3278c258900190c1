#pragma once

#include "api/call.h"
#include "api/parts.h"
#include "api/router.h"
#include "api/watch_hub.h"
#include "base/guarded.h"
#include "base/metrics.h"

#include <string>

namespace xos::api {

/// What operators and programs need of the server as a whole: health, metrics, the schema.
class OperatorRoutes {
public:
    OperatorRoutes(const Parts& parts, const WatchHub& watch);

    /// Precondition: this outlives the router.
    void add_to(Router& router);

private:
    /// 200 as long as the process answers.
    static void healthz(const CallPointer& call);
    /// 200 once requests are welcome.
    void readyz(const CallPointer& call) const;
    /// For root, in the text format of Prometheus.
    void metrics(const CallPointer& call) const;
    void modeldefs(const CallPointer& call) const;
    void xproto(const CallPointer& call) const;
    void openapi(const CallPointer& call);
    void graph(const CallPointer& call) const;
    void violations(const CallPointer& call) const;

    const Parts& parts_;
    const WatchHub& watch_;
    const std::shared_ptr<const std::string> modeldefs_;
    const std::shared_ptr<const std::string> xproto_;
    /// Made when it is first asked for.
    Guarded<std::shared_ptr<const std::string>> openapi_;
    const Gauge revision_;
    const Gauge objects_;
    const Gauge streams_;
};

}  // namespace xos::api
