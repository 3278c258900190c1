#pragma once

#include "base/result.h"

#include <string>

namespace xos::shell {

/// Where the shell is logged in.
struct Credentials {
    std::string url;
    std::string email;
    std::string token;
    std::string tls_ca;  ///< PEM file to trust; empty: the system's.
};

/// The shell's own folder: $XDG_CONFIG_HOME/xos, or ~/.config/xos.
std::string config_directory();

/// NotFound, saying how to log in, before anybody has.
Result<Credentials> load_credentials();
/// Keeps them where only their owner reads them (0600 in a folder of 0700).
Result<void> save_credentials(const Credentials& credentials);
Result<void> forget_credentials();

}  // namespace xos::shell
