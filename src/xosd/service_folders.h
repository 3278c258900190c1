#pragma once

#include "access/access.h"
#include "base/log.h"
#include "kernel/owners.h"
#include "schema/manifest.h"
#include "schema/schema.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace xos::xosd {

/// A service as its folder describes it.
struct ServiceFolder {
    std::string path;
    schema::Manifest manifest;
    std::vector<schema::Source> models;
};

/// The services in the folders inside of `directories`, in the order of their `needs`, then of
/// their names. One whose folder anybody may write to, whose manifest or models cannot be read, or
/// whose needs are not there is left out, and `log` says why.
std::vector<ServiceFolder> read_service_folders(const std::vector<std::string>& directories,
                                                Log& log);

/// The schema of the core models and those of all services. One whose models have mistakes is
/// taken out of `services`, and `log` says why.
Result<std::shared_ptr<const schema::Schema>> build_schema(std::vector<ServiceFolder>& services,
                                                           Log& log);

/// What the services make real, by their manifests. Invalid with the expressions' mistakes.
Result<std::vector<kernel::Observation>> observations_of(const std::vector<ServiceFolder>& services,
                                                         const schema::Schema& schema);

/// What their manifests let their synchronizers read and write.
Result<std::unordered_map<std::string, access::ServiceRights>> rights_of(
    const std::vector<ServiceFolder>& services, const schema::Schema& schema);

}  // namespace xos::xosd
