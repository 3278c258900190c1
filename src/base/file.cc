#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace xos {
namespace {

/// An open file that closes itself.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() {
        if (number_ >= 0)
            ::close(number_);
    }

    int number() const { return number_; }

private:
    int number_;
};

Error system_error(std::string_view what, const std::string& path) {
    const int code = errno;
    std::string message = std::string(what) + " \"" + path +
                          "\": " + std::error_code(code, std::generic_category()).message();
    switch (code) {
        case ENOENT:
        case ENOTDIR: return {ErrorCode::NotFound, std::move(message)};
        case EACCES:
        case EPERM: return {ErrorCode::PermissionDenied, std::move(message)};
        case ENOSPC:
        case EDQUOT: return {ErrorCode::Unavailable, std::move(message)};
        default: return {ErrorCode::Internal, std::move(message)};
    }
}

Result<Descriptor> open(const std::string& path, int flags, mode_t mode = 0) {
    const int number = ::open(path.c_str(), flags | O_CLOEXEC, mode);
    if (number < 0)
        return system_error("open", path);
    return Descriptor(number);
}

Result<void> write_all(const Descriptor& file, std::string_view content, const std::string& path) {
    while (!content.empty()) {
        const ssize_t count = ::write(file.number(), content.data(), content.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return system_error("write", path);
        content.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos)
        return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

Result<void> write_new(const std::string& path, std::string_view content, mode_t mode) {
    const Descriptor file = TRY(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode));
    // The mode given to open() is cut by the process's umask and ignored when the file exists.
    if (::fchmod(file.number(), mode) != 0)
        return system_error("set mode of", path);
    TRY(write_all(file, content, path));
    if (::fsync(file.number()) != 0)
        return system_error("sync", path);
    return {};
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t limit) {
    const Descriptor file = TRY(open(path, O_RDONLY));
    std::string content;
    constexpr std::size_t kStep = 64 << 10;
    for (;;) {
        const std::size_t size = content.size();
        content.resize(size + kStep);
        const ssize_t count = ::read(file.number(), content.data() + size, kStep);
        if (count < 0 && errno != EINTR)
            return system_error("read", path);
        content.resize(size + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        if (content.size() > limit)
            return Error{ErrorCode::TooLarge,
                         "read \"" + path + "\": longer than " + std::to_string(limit) + " bytes"};
        if (count == 0)
            return content;
    }
}

Result<void> write_file(const std::string& path, std::string_view content, FileMode mode) {
    const std::string draft = path + ".new-" + std::to_string(::getpid());
    auto written = write_new(draft, content, mode == FileMode::Private ? 0600 : 0644);
    if (written.has_value() && ::rename(draft.c_str(), path.c_str()) != 0)
        written = system_error("rename to", path);
    if (!written.has_value()) {
        ::unlink(draft.c_str());
        return written;
    }
    return sync_directory(folder_of(path));
}

Result<void> make_directories(const std::string& path, FileMode mode) {
    const mode_t bits = mode == FileMode::Private ? 0700 : 0755;
    for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
        const std::string part = path.substr(0, end);
        if (::mkdir(part.c_str(), bits) != 0 && errno != EEXIST)
            return system_error("make folder", part);
        if (end == std::string::npos)
            break;
    }
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0)
        return system_error("look at", path);
    if (!S_ISDIR(found.st_mode))
        return Error{ErrorCode::Conflict, "\"" + path + "\" is no folder"};
    return {};
}

Result<void> remove_file(const std::string& path) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
        return system_error("remove", path);
    return {};
}

Result<void> sync_directory(const std::string& path) {
    const Descriptor folder = TRY(open(path, O_RDONLY | O_DIRECTORY));
    if (::fsync(folder.number()) != 0)
        return system_error("sync", path);
    return {};
}

}  // namespace xos
