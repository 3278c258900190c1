#include "services/local/instance_files.h"

#include "base/file.h"
#include "services/local/files.h"
#include "services/local/system_error.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <string>

namespace xos::local {

namespace {

constexpr const char* kKeptFiles[] = {"hosts", "hostname", "resolv.conf"};

/// Fills `draft` with a fresh disk over the image `rootfs`.
Result<void> make_disk(const std::string& draft, const std::string& rootfs) {
    const std::string etc = draft + "/upper/etc";
    TRY(make_directories(etc));
    TRY(make_directories(draft + "/work"));
    // The upper folder's mode and owner are what the instance sees.
    struct stat lower {};
    if (::lstat((rootfs + "/etc").c_str(), &lower) != 0)
        return system_error("look at image " + rootfs);
    if (!S_ISDIR(lower.st_mode))
        return Error(ErrorCode::Invalid, "image " + rootfs + " has no folder \"/etc\"");
    if (::chown(etc.c_str(), lower.st_uid, lower.st_gid) != 0 ||
        ::chmod(etc.c_str(), lower.st_mode & 07777) != 0)
        return system_error("set mode of " + etc);
    for (const std::string name : kKeptFiles) {
        if (::symlink(("xos/" + name).c_str(), (etc + "/" + name).c_str()) != 0)
            return system_error("link " + name);
    }
    return replace_file(draft + "/image", rootfs);
}

}  // namespace

Result<void> prepare_disk(const Layout& layout, const InstanceSpec& spec) {
    const std::string disk = layout.disk(spec.id);
    if (exists(disk)) {
        const auto image = read_file(disk + "/image");
        if (image && *image == spec.rootfs)
            return {};
        TRY(remove_disk(layout, spec.id));
    }
    const std::string draft = disk + ".draft";
    TRY(remove_tree(draft));
    TRY(make_disk(draft, spec.rootfs));
    if (::rename(draft.c_str(), disk.c_str()) != 0)
        return system_error("make disk " + disk);
    return {};
}

Result<void> remove_disk(const Layout& layout, ObjectId id) {
    TRY(remove_tree(layout.disk(id) + ".draft"));
    return remove_tree(layout.disk(id));
}

Result<void> write_instance_files(const Layout& layout, const InstanceSpec& spec) {
    const std::string etc = layout.etc(spec.id);
    const std::string ssh = layout.ssh(spec.id);
    TRY(make_directories(etc));
    TRY(make_directories(ssh));
    TRY(replace_file(etc + "/hosts", spec.hosts));
    TRY(replace_file(etc + "/hostname", spec.hostname + "\n"));
    TRY(replace_file(etc + "/resolv.conf", spec.resolv_conf));
    TRY(replace_file(etc + "/user-data", spec.user_data, 0700));
    if (!exists(etc + "/init"))
        TRY(replace_file(etc + "/init", ""));  // Where the init program is mounted.
    // Whoever may write here may log in, so the server asks for these modes.
    if (::chmod(ssh.c_str(), 0700) != 0)
        return system_error("set mode of " + ssh);
    return replace_file(ssh + "/authorized_keys", spec.authorized_keys, 0600);
}

}  // namespace xos::local
