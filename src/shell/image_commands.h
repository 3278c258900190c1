#pragma once

#include "shell/session.h"

#include <string>
#include <vector>

namespace xos::shell {

struct ImageArguments {
    std::string name;
    std::string file;
    std::string tag;
    std::vector<std::string> deployments;
};

/// Makes an Image of a container from a root file system archive and offers it in deployments. When
/// something fails there is no Image.
Result<void> add_image(Session& session, const ImageArguments& arguments);

}  // namespace xos::shell
