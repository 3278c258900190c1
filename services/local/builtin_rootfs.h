#pragma once

#include "base/result.h"

#include <string>
#include <vector>

namespace xos::local {

/// A root file system of busybox and dropbear, from the files that are installed on this host.
struct BuiltinRootfs {
    /// The files that are copied, with the libraries of those that need any.
    std::vector<std::string> sources;
    /// Names the outcome: changes with each of the sources and with how they are put together.
    std::string checksum;
    /// As `stamp_of` gave it when the sources were found.
    std::string stamp;
};

/// Changes when a file of `sources` is replaced or changed, or the host finds libraries elsewhere.
/// Much cheaper than a checksum: no file is read.
std::string stamp_of(const std::vector<std::string>& sources);

/// NotFound naming the package when one of the programs is not installed.
Result<void> find_builtin_programs();

/// Finds what it is made of, as installed at this moment.
Result<BuiltinRootfs> plan_builtin_rootfs();

/// Makes it in the empty folder `target`.
Result<void> fill_builtin_rootfs(const BuiltinRootfs& plan, const std::string& target);

}  // namespace xos::local
