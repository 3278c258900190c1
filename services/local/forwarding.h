#pragma once

#include "base/result.h"
#include "services/local/network_namespace.h"

#include <string>

namespace xos::local {

/// The switch of the host that lets it pass packets on, as long as any lineage needs it.
///
/// What it was before the first is kept in a file, as is who needs it, so that the last puts it
/// back whichever processes were killed meanwhile. Any thread and process.
class Forwarding {
public:
    /// `folder` is shared by all lineages of the host. `host` must outlive it.
    Forwarding(std::string folder, const NetworkNamespace& host)
        : folder_(std::move(folder)), host_(host) {}

    /// Turns it on for `lineage`. Where the host has it on by itself nothing is kept.
    Result<void> hold(const std::string& lineage) const;
    /// Takes back `hold`. The last one puts back what was before.
    Result<void> release(const std::string& lineage) const;

private:
    Result<void> turn_on() const;
    Result<void> put_back() const;

    const std::string folder_;
    const NetworkNamespace& host_;
};

}  // namespace xos::local
