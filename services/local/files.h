#pragma once

#include "base/file.h"
#include "base/result.h"
#include "services/local/descriptor.h"

#include <string>
#include <string_view>
#include <vector>

namespace xos::local {

/// Puts `text` into a file that exists, such as a kernel setting.
Result<void> write_setting(const std::string& path, std::string_view text);

/// Makes `path` hold `text`: a reader sees the old file or the new one, never a part. Nothing is
/// touched when it holds that already. For files that a reboot may lose: nothing waits for a disk.
Result<void> replace_file(const std::string& path, std::string_view text, unsigned mode = 0644);

/// The names in a directory, sorted; none when there is no such directory.
Result<std::vector<std::string>> list_directory(const std::string& path);

/// Removes a file or a directory with all it holds, never what a symbolic link or a mount inside
/// leads to. Success when there is none.
Result<void> remove_tree(const std::string& path);

bool exists(const std::string& path);

/// Waits until no other process or thread holds the lock of file `path`, which is made, and takes
/// it. The lock ends with the descriptor, so also with the process.
Result<Descriptor> lock_file(const std::string& path);

}  // namespace xos::local
