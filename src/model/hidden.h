#pragma once

#include "base/object_id.h"

#include <optional>
#include <string>
#include <string_view>

namespace xos::model {

/// What a row keeps in a field that is secret or hashed: the commit that last changed it, and
/// content that says nothing to whoever lacks the key or does not know the password.
///
/// As text "41 KEY SEALED" for a secret, "41 HASH" for a hash, and "41" where only that it is set
/// is known, as in history and in mirrors.
struct Hidden {
    Revision version;
    std::string_view key;      ///< Id of the key that sealed it; empty for a hash.
    std::string_view content;  ///< Borrowed, like the key.
};

/// What `text` says; nothing when it is of no such form.
std::optional<Hidden> parse_hidden(std::string_view text);
std::string format_hidden(const Hidden& hidden);

}  // namespace xos::model
