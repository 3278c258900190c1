#include "services/local/network_namespace.h"

#include "services/local/files.h"
#include "services/local/system_error.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>

namespace xos::local {

namespace {

constexpr const char* kMine = "/proc/thread-self/ns/net";

bool is_namespace(int file) {
    struct statfs info {};
    return ::fstatfs(file, &info) == 0 && info.f_type == NSFS_MAGIC &&
           ::ioctl(file, NS_GET_NSTYPE) == CLONE_NEWNET;
}

/// Binds a fresh namespace to `path`. The thread is inside it when this returns.
Result<void> make_and_bind(const std::string& path) {
    if (::unshare(CLONE_NEWNET) != 0)
        return system_error("make a network namespace");
    if (::mount(kMine, path.c_str(), nullptr, MS_BIND, nullptr) != 0)
        return system_error("bind a network namespace to " + path);
    return {};
}

}  // namespace

Result<NetworkNamespace> NetworkNamespace::current() {
    return open(kMine);
}

Result<NetworkNamespace> NetworkNamespace::open(const std::string& path) {
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file)
        return system_error("network namespace " + path);
    if (!is_namespace(file.get()))
        return Error(ErrorCode::NotFound, path + " names no network namespace");
    return NetworkNamespace(std::move(file));
}

Result<NetworkNamespace> NetworkNamespace::of_process(pid_t pid) {
    return open("/proc/" + std::to_string(pid) + "/ns/net");
}

Result<NetworkNamespace> NetworkNamespace::create_named(const std::string& path) {
    auto present = open(path);
    if (present || present.error().code() != ErrorCode::NotFound)
        return present;
    TRY(make_directories(path.substr(0, path.find_last_of('/'))));
    {
        const Descriptor file(::open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0444));
        if (!file)
            return system_error("make " + path);
    }
    // Entering where we are already only so that the thread is brought back.
    const NetworkNamespace home = TRY(current());
    TRY(home.inside([&] { return make_and_bind(path); }));
    return open(path);
}

Result<void> NetworkNamespace::remove_named(const std::string& path) {
    // A name may be covered more than once after a crash between two starts.
    while (::umount2(path.c_str(), MNT_DETACH) == 0) {
    }
    if (errno != EINVAL && errno != ENOENT)
        return system_error("unmount " + path);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
        return system_error("remove " + path);
    return {};
}

NetworkNamespace::Visit::Visit(const NetworkNamespace& there)
    : home_(::open(kMine, O_RDONLY | O_CLOEXEC)) {
    if (!home_ || ::setns(there.descriptor(), CLONE_NEWNET) != 0)
        entered_ = system_error("enter a network namespace");
}

NetworkNamespace::Visit::~Visit() {
    // A thread that stayed would do the work of others in the wrong place.
    if (home_)
        XOS_CHECK(::setns(home_.get(), CLONE_NEWNET) == 0, "cannot return to the own namespace");
}

}  // namespace xos::local
