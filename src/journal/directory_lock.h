#pragma once

#include "base/result.h"

#include <string>

namespace xos::journal {

/// The right to be the only process that uses a data directory: a lock on its file `lock`, which
/// holds the owner's process id. The kernel frees it however the process ends.
class DirectoryLock {
public:
    /// Conflict, naming the process, when another one holds it.
    static Result<DirectoryLock> create(const std::string& directory);

    DirectoryLock(DirectoryLock&& other) noexcept;
    DirectoryLock& operator=(DirectoryLock&& other) noexcept;
    ~DirectoryLock();

private:
    explicit DirectoryLock(int file) : file_(file) {}

    int file_;
};

}  // namespace xos::journal
