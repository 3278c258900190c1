#pragma once

#include "shell/session.h"

#include <string>
#include <vector>

namespace xos::shell {

/// Signs in to an instance by ssh, in place of this process; with words, runs them there instead.
/// Works on the instance's host, as root; elsewhere it says so.
Result<void> ssh_instance(Session& session, const std::string& instance,
                          const std::vector<std::string>& words);

/// Why an object is not real: its own state, what it waits for, down to the back-end's words.
Result<void> why(Session& session, const std::string& type, const std::string& key);

/// The services with their processes, and the objects that are not real.
Result<void> status(Session& session);

struct ImageArguments {
    std::string name;
    std::string file;
    std::string tag;
    std::vector<std::string> deployments;
};

/// Makes an Image of a container from a root file system archive and offers it in deployments.
Result<void> add_image(Session& session, const ImageArguments& arguments);

struct LoginArguments {
    std::string url;
    std::string email;
    std::string password_file;  ///< Empty: it is asked for.
    std::string tls_ca;
};

/// Asks for a token by password, and keeps it for later commands.
Result<void> login(const LoginArguments& arguments);

}  // namespace xos::shell
