#pragma once

#include "shell/session.h"

#include <cstdint>
#include <string>

namespace xos::shell {

struct RecipeArguments {
    std::string file;
    bool plan = false;
    bool no_wait = false;
    std::int64_t timeout_seconds = 120;
};

/// Applies a recipe as one transaction, then shows its objects as they become real.
Result<void> apply_recipe(Session& session, const RecipeArguments& arguments);
/// Deletes what a recipe made, and waits until it is gone.
Result<void> destroy_recipe(Session& session, const RecipeArguments& arguments);

}  // namespace xos::shell
