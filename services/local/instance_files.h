#pragma once

#include "base/result.h"
#include "services/local/layout.h"
#include "services/local/specs.h"

namespace xos::local {

/// Makes the disk of an instance: an empty layer over its image, whose /etc/hosts, /etc/hostname
/// and /etc/resolv.conf lead to the files that `write_instance_files` keeps. One that is there for
/// the same image stays with all that the instance wrote; one of another image is made anew.
/// Precondition: the instance does not run.
Result<void> prepare_disk(const Layout& layout, const InstanceSpec& spec);

/// Removes the disk. Precondition: the instance does not run.
Result<void> remove_disk(const Layout& layout, ObjectId id);

/// Makes the files that an instance sees in /etc/xos and /root/.ssh be as `spec` says, each at one
/// stroke, also while it runs.
Result<void> write_instance_files(const Layout& layout, const InstanceSpec& spec);

}  // namespace xos::local
