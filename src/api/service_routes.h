#pragma once

#include "api/router.h"
#include "api/secrets.h"
#include "api/services.h"
#include "api/status.h"

#include <memory>

namespace xos::api {

/// The routes of services: what runs for them, their tasks, what they report and may read.
class ServiceRoutes {
public:
    explicit ServiceRoutes(const Parts& parts);

    /// Precondition: this outlives the router.
    void add_to(Router& router);
    Services& services() { return *services_; }

private:
    const std::shared_ptr<Services> services_;
    const Status status_;
    const Secrets secrets_;
};

}  // namespace xos::api
