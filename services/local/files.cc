#include "services/local/files.h"

#include "services/local/system_error.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <memory>

namespace xos::local {

namespace {

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

Result<void> write_all(int fd, std::string_view text, const std::string& path) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return system_error("write " + path);
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

/// Removes `name` in `parent`. Works by descriptor, so a link swapped in leads nowhere.
Result<void> remove_entry(int parent, const char* name, dev_t device, const std::string& path) {
    struct stat info {};
    if (::fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? Result<void>{} : system_error("remove " + path);
    if (!S_ISDIR(info.st_mode)) {
        if (::unlinkat(parent, name, 0) != 0 && errno != ENOENT)
            return system_error("remove " + path);
        return {};
    }
    if (device != 0 && info.st_dev != device)
        return Error(ErrorCode::Conflict, "something is mounted").in("remove " + path);

    const int fd = ::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return system_error("remove " + path);
    const Directory directory(::fdopendir(fd));
    while (const dirent* entry = ::readdir(directory.get())) {
        const std::string_view child = entry->d_name;
        if (child != "." && child != "..")
            TRY(remove_entry(fd, entry->d_name, info.st_dev, path));
    }
    if (::unlinkat(parent, name, AT_REMOVEDIR) != 0 && errno != ENOENT)
        return system_error("remove " + path);
    return {};
}

}  // namespace

Result<void> write_setting(const std::string& path, std::string_view text) {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file)
        return system_error("write " + path);
    return write_all(file.get(), text, path);
}

Result<void> replace_file(const std::string& path, std::string_view text, unsigned mode) {
    if (const auto old = read_file(path); old && *old == text)
        return {};
    static std::atomic<unsigned> counter{0};
    const std::string draft =
        path + ".draft-" + std::to_string(::getpid()) + "-" + std::to_string(counter.fetch_add(1));
    {
        const Descriptor file(
            ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
        if (!file)
            return system_error("write " + path);
        TRY(write_all(file.get(), text, path));
    }
    if (::rename(draft.c_str(), path.c_str()) != 0)
        return system_error("write " + path);
    return {};
}

Result<std::vector<std::string>> list_directory(const std::string& path) {
    const Directory directory(::opendir(path.c_str()));
    std::vector<std::string> names;
    if (!directory) {
        if (errno == ENOENT)
            return names;
        return system_error("list " + path);
    }
    while (const dirent* entry = ::readdir(directory.get())) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..")
            names.emplace_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

Result<void> remove_tree(const std::string& path) {
    return remove_entry(AT_FDCWD, path.c_str(), 0, path);
}

bool exists(const std::string& path) {
    struct stat info {};
    return ::lstat(path.c_str(), &info) == 0;
}

Result<Descriptor> lock_file(const std::string& path) {
    Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!file)
        return system_error("lock " + path);
    while (::flock(file.get(), LOCK_EX) != 0) {
        if (errno != EINTR)
            return system_error("lock " + path);
    }
    return file;
}

}  // namespace xos::local
