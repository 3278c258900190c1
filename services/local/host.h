#pragma once

#include "base/result.h"
#include "services/local/cgroups.h"
#include "services/local/specs.h"

#include <string>
#include <vector>

namespace xos::local {

/// What this host can do for a cloud.
struct HostReport {
    /// What it cannot do, each in a sentence for people. With any of these but the limits of
    /// cgroups no instance can be made.
    std::vector<std::string> problems;
    Cgroups cgroups;
};

/// Looks whether all that a cloud needs is there, by trying where that is possible: root, crun,
/// cgroups, an overlay mount, nftables, our own programs, the packages of the built-in image.
/// Leaves nothing behind.
Result<HostReport> probe_host(const CloudOptions& options);

/// Makes this process collect the containers that its children leave, in place of the host's first
/// process, which may be slow at it.
Result<void> become_subreaper();

}  // namespace xos::local
