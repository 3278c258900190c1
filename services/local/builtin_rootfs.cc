#include "services/local/builtin_rootfs.h"

#include "base/crypto.h"
#include "base/file.h"
#include "base/text.h"
#include "services/local/files.h"
#include "services/local/process.h"
#include "services/local/system_error.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace xos::local {

namespace {

// Part of the checksum: to be changed with anything below that changes the outcome.
constexpr std::string_view kRecipe = "1";
constexpr std::string_view kBusybox = "/bin/busybox";

struct Program {
    const char* package;
    const char* path;
    bool is_static;
};
constexpr Program kPrograms[] = {
    {"busybox-static", "/bin/busybox", true},
    {"dropbear-bin", "/usr/sbin/dropbear", false},
    {"dropbear-bin", "/usr/bin/dropbearkey", false},
    {"dropbear-bin", "/usr/bin/dbclient", false},
};

struct TextFile {
    const char* path;
    std::string_view text;
    unsigned mode;
};
constexpr TextFile kTextFiles[] = {
    {"/etc/passwd", "root:*:0:0:root:/root:/bin/sh\nnobody:*:65534:65534:nobody:/:/bin/false\n",
     0644},
    {"/etc/group", "root:x:0:\ntty:x:5:\nnogroup:x:65534:\n", 0644},
    // A key lets in only where the account is not locked and its shell is listed here.
    {"/etc/shells", "/bin/sh\n", 0644},
    {"/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n", 0644},
    {"/etc/profile", "PS1='\\u@\\h:\\w# '\n", 0644},
};

constexpr const char* kFolders[] = {"/bin",  "/sbin",      "/usr/bin", "/usr/sbin", "/etc/dropbear",
                                    "/dev",  "/proc",      "/sys",     "/run",      "/tmp",
                                    "/root", "/root/.ssh", "/etc/xos", "/var/log",  "/var/www"};

/// Adds the paths of the libraries that a dynamically linked program of this host needs, in the
/// words of the system's own loader, which lists them instead of starting the program.
Result<void> add_libraries(const std::string& program, std::vector<std::string>& libraries) {
    const std::string list =
        TRY(run_checked({.words = {"env", "LD_TRACE_LOADED_OBJECTS=1", program}}));
    for (std::string_view line : split(list, '\n')) {
        const std::size_t arrow = line.find("=> ");
        line = trim(arrow == std::string_view::npos ? line : line.substr(arrow + 3));
        line = line.substr(0, line.find(' '));
        if (!line.empty() && line.front() == '/')
            libraries.emplace_back(line);
    }
    return {};
}

Result<void> put_file(const std::string& path, std::string_view text, unsigned mode) {
    TRY(make_directories(path.substr(0, path.find_last_of('/'))));
    TRY(replace_file(path, text, mode));
    if (::chmod(path.c_str(), mode) != 0)
        return system_error("set mode of " + path);
    return {};
}

/// One link for each command of busybox, where no program of its own stands.
Result<void> link_commands(const std::string& target) {
    const std::string list = TRY(run_checked({.words = {std::string(kBusybox), "--list-full"}}));
    for (const std::string_view command : split(list, '\n')) {
        if (command.empty())
            continue;
        const std::string path = target + "/" + std::string(command);
        TRY(make_directories(path.substr(0, path.find_last_of('/'))));
        if (::symlink(std::string(kBusybox).c_str(), path.c_str()) != 0 && errno != EEXIST)
            return system_error("link " + path);
    }
    return {};
}

}  // namespace

Result<void> find_builtin_programs() {
    for (const Program& program : kPrograms) {
        if (!exists(program.path))
            return Error(ErrorCode::NotFound, std::string("package ") + program.package +
                                                  " is not installed: no " + program.path);
    }
    return {};
}

std::string stamp_of(const std::vector<std::string>& sources) {
    std::string stamp;
    const auto add = [&](const std::string& path) {
        struct stat info {};
        if (::stat(path.c_str(), &info) != 0)
            info = {};
        for (const std::int64_t part :
             {static_cast<std::int64_t>(info.st_ino), static_cast<std::int64_t>(info.st_size),
              static_cast<std::int64_t>(info.st_mtim.tv_sec),
              static_cast<std::int64_t>(info.st_mtim.tv_nsec)})
            stamp += std::to_string(part) + " ";
    };
    for (const std::string& source : sources)
        add(source);
    add("/etc/ld.so.cache");
    return stamp;
}

Result<BuiltinRootfs> plan_builtin_rootfs() {
    BuiltinRootfs plan;
    TRY(find_builtin_programs());
    std::vector<std::string> libraries;
    for (const Program& program : kPrograms) {
        plan.sources.emplace_back(program.path);
        if (!program.is_static)
            TRY(add_libraries(program.path, libraries));
    }
    std::sort(libraries.begin(), libraries.end());
    libraries.erase(std::unique(libraries.begin(), libraries.end()), libraries.end());
    plan.sources.insert(plan.sources.end(), libraries.begin(), libraries.end());

    plan.stamp = stamp_of(plan.sources);
    Sha256 sum;
    sum.add(kRecipe);
    for (const std::string& source : plan.sources) {
        sum.add(source);
        const std::string bytes = TRY(read_file(source));
        sum.add(bytes);
    }
    plan.checksum = to_hex(sum.finish());
    return plan;
}

Result<void> fill_builtin_rootfs(const BuiltinRootfs& plan, const std::string& target) {
    for (const char* folder : kFolders)
        TRY(make_directories(target + folder));
    for (const std::string& source : plan.sources) {
        const std::string bytes = TRY(read_file(source));
        TRY(put_file(target + source, bytes, 0755));
    }
    for (const TextFile& file : kTextFiles)
        TRY(put_file(target + file.path, file.text, file.mode));
    if (::chmod((target + "/root").c_str(), 0700) != 0 ||
        ::chmod((target + "/tmp").c_str(), 01777) != 0)
        return system_error("set modes in " + target);
    TRY(make_directories(target + "/usr/bin"));
    if (::symlink("dbclient", (target + "/usr/bin/ssh").c_str()) != 0)
        return system_error("link ssh");
    return link_commands(target);
}

}  // namespace xos::local
