#pragma once

#include "services/local/layout.h"
#include "services/local/names.h"
#include "services/local/specs.h"

#include <string>

namespace xos::local {

/// How far `Bundle` may rely on the host.
struct BundleOptions {
    /// Whether cgroups can limit what an instance uses.
    bool limits = true;
    /// The program that is process 1 of each instance, on the host.
    std::string init;
};

/// The text of config.json (OCI runtime specification 1.0) for an instance.
///
/// It carries our mark as annotations: lineage, object id and the image's folder. Equal
/// specifications give equal text.
std::string format_bundle(const Names& names, const Layout& layout, const InstanceSpec& spec,
                          const BundleOptions& options);

}  // namespace xos::local
