#pragma once

#include "base/result.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace xos {

/// Who may read a written file.
enum class FileMode {
    Private,  ///< Its owner alone: keys, tokens.
    Shared,   ///< Everybody; its owner writes.
};

/// The whole content of the file at `path`. NotFound when there is none, TooLarge when it is longer
/// than `limit`.
Result<std::string> read_file(const std::string& path, std::size_t limit = 64 << 20);

/// Puts `content` at `path` so that after a crash at any moment the old content or the whole of the
/// new one is there, and the new one once this has returned. Its folder must exist.
Result<void> write_file(const std::string& path, std::string_view content,
                        FileMode mode = FileMode::Shared);

/// Makes the folder `path` and those above it that are missing, with the same mode.
Result<void> make_directories(const std::string& path, FileMode mode = FileMode::Shared);

/// Removes a file; that it is not there is no error.
Result<void> remove_file(const std::string& path);

/// Makes what was created, renamed and removed in the folder `path` last.
Result<void> sync_directory(const std::string& path);

}  // namespace xos
