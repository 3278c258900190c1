#pragma once

#include "base/result.h"

#include <string>

namespace xos::shell {

struct LoginArguments {
    std::string url;
    std::string email;
    std::string password_file;  ///< Empty: it is asked for.
    std::string tls_ca;
};

/// Asks for a token by password, and keeps it for later commands.
Result<void> login(const LoginArguments& arguments);

/// Ends the token at the server, where that can be reached, and forgets it.
Result<void> logout();

}  // namespace xos::shell
