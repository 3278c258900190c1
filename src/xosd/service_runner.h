#pragma once

#include "api/api.h"
#include "kernel/kernel.h"
#include "supervisor/link.h"
#include "xosd/service_folders.h"

#include <map>
#include <string>
#include <vector>

namespace xos::xosd {

/// Keeps the synchronizers of the loaded services as the model says: each has a Service object of
/// its name, runs with a token of its own while `enabled`, and is stopped when it is not.
///
/// `start` on the main thread; `changed` on the commit thread, where it only looks and sends.
class ServiceRunner {
public:
    struct Place {
        std::string url;     ///< Of the API, for the synchronizers.
        std::string tls_ca;  ///< Empty without TLS.
        std::string data;    ///< Folder that holds a folder a service.
    };

    /// All must outlive the runner.
    ServiceRunner(std::vector<ServiceFolder> services, kernel::Kernel& kernel,
                  const supervisor::Link& link, Log& log);

    /// Makes the Service objects that are missing and has the enabled services started.
    Result<void> start(api::Api& api, const Place& place);

    /// Follows `enabled` of Services.
    void changed(const kernel::Announcement& announcement) const;

    const std::vector<ServiceFolder>& services() const { return services_; }

private:
    Result<void> ensure_service(const schema::Manifest& manifest);

    const std::vector<ServiceFolder> services_;
    kernel::Kernel& kernel_;
    const supervisor::Link& link_;
    Log& log_;
    std::map<std::string, supervisor::StartService> wishes_;  // Complete once `started_`.
    std::atomic<bool> started_{false};
};

}  // namespace xos::xosd
