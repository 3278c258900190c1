#include "journal/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace xos::journal {

namespace {

Error system_error(const std::string& path) {
    return {ErrorCode::Unavailable, path + ": " + std::strerror(errno)};
}

std::string holder(int file) {
    char text[32];
    const ssize_t size = pread(file, text, sizeof text, 0);
    std::string pid(text, size > 0 ? static_cast<std::size_t>(size) : 0);
    pid.erase(std::min(pid.find('\n'), pid.size()));
    return pid.empty() ? "another process" : "process " + pid;
}

}  // namespace

Result<DirectoryLock> DirectoryLock::create(const std::string& directory) {
    const std::string path = directory + "/lock";
    const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0)
        return system_error(path);
    DirectoryLock lock(file);
    // flock, not fcntl: that one is lost as soon as any other descriptor of the file is closed,
    // and would let the same process in twice.
    if (flock(file, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK)
            return system_error(path);
        return Error(ErrorCode::Conflict,
                     "data directory \"" + directory + "\" is in use by " + holder(file));
    }
    const std::string pid = std::to_string(getpid()) + "\n";
    if (ftruncate(file, 0) != 0 || pwrite(file, pid.data(), pid.size(), 0) < 0)
        return system_error(path);
    return lock;
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept
    : file_(std::exchange(other.file_, -1)) {}

DirectoryLock& DirectoryLock::operator=(DirectoryLock&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
}

DirectoryLock::~DirectoryLock() {
    if (file_ >= 0)
        close(file_);
}

}  // namespace xos::journal
