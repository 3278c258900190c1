#pragma once

#include <string_view>

namespace xos::api {

/// Object types in the manner of the core ones, for tests: User, Token and Service as signing in
/// needs them, and Site, Slice, Instance, Controller and Image to work with. Root may all; users
/// read themselves and write their `phone`.
std::string_view test_models();

}  // namespace xos::api
