#pragma once

#include "base/random.h"
#include "xosd/options.h"

#include <string>

namespace xos::xosd {

/// What a command line asks for in place of serving; what was done, in words. Conflict while
/// another xosd uses the data directory.
///
/// RotateKey adds a key to the keyring: from the next start on secrets are sealed with it, and the
/// start seals those anew that are there. Restore gives the journal of a backup that was put in
/// place a lineage of its own and ids that were never used, and has services wait.
Result<std::string> maintain(const Options& options, Random& random);

}  // namespace xos::xosd
