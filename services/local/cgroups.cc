#include "services/local/cgroups.h"

#include "services/local/files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <sstream>

namespace xos::local {

namespace {

struct Mount {
    std::string path;
    std::string kind;
    std::string options;
};

/// The mounts of cgroups among the lines of /proc/self/mounts.
std::vector<Mount> cgroup_mounts(const std::string& mounts) {
    std::vector<Mount> found;
    std::istringstream lines(mounts);
    std::string line;
    while (std::getline(lines, line)) {
        std::istringstream words(line);
        std::string device;
        Mount mount;
        words >> device >> mount.path >> mount.kind >> mount.options;
        if (mount.kind == "cgroup" || mount.kind == "cgroup2")
            found.push_back(std::move(mount));
    }
    return found;
}

void add_words(std::vector<std::string>& words, std::string text) {
    std::replace(text.begin(), text.end(), ',', ' ');
    std::istringstream stream(text);
    std::string word;
    while (stream >> word)
        words.push_back(word);
}

void remove_below(const std::string& directory) {
    // Its many files go with it; only a cgroup below would keep it.
    if (::rmdir(directory.c_str()) == 0 || errno == ENOENT)
        return;
    struct stat info {};
    if (const auto names = list_directory(directory)) {
        for (const std::string& name : *names) {
            const std::string path = directory + "/" + name;
            if (::lstat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode))
                remove_below(path);
        }
    }
    ::rmdir(directory.c_str());
}

}  // namespace

Result<Cgroups> Cgroups::find() {
    Cgroups cgroups;
    std::vector<std::string> controllers;
    bool has_first_version = false;
    std::vector<std::string> unified;
    const std::string mounts = TRY(read_file("/proc/self/mounts"));
    for (const Mount& mount : cgroup_mounts(mounts)) {
        cgroups.roots_.push_back(mount.path);
        if (mount.kind == "cgroup2") {
            unified.push_back(mount.path);
            const std::string words = TRY(read_file(mount.path + "/cgroup.controllers"));
            add_words(controllers, words);
        } else {
            has_first_version = true;
            add_words(controllers, mount.options);
        }
    }
    if (has_first_version)
        cgroups.hybrid_ = std::move(unified);
    for (const std::string name : {"memory", "cpu", "pids"}) {
        if (std::find(controllers.begin(), controllers.end(), name) == controllers.end())
            cgroups.missing_.push_back(name);
    }
    return cgroups;
}

void Cgroups::remove(const std::string& path) const {
    for (const std::string& root : roots_)
        remove_below(root + path);
}

void Cgroups::remove_empty(const std::string& path) const {
    for (const std::string& root : roots_)
        ::rmdir((root + path).c_str());
}

bool Cgroups::has(const std::string& path) const {
    return std::any_of(roots_.begin(), roots_.end(),
                       [&](const std::string& root) { return exists(root + path); });
}

}  // namespace xos::local
