#include "namespaces.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

namespace xos::crash {

namespace {

void bring_loopback_up() {
    const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING;
    CHECK(::ioctl(socket, SIOCSIFFLAGS, &request) == 0);
    ::close(socket);
}

}  // namespace

Namespaces::Namespaces()
    : mounts_(::open("/proc/thread-self/ns/mnt", O_RDONLY | O_CLOEXEC)),
      network_(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)) {
    REQUIRE(::unshare(CLONE_NEWNS | CLONE_NEWNET) == 0);
    REQUIRE(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
    REQUIRE(::mount("tmpfs", "/run", "tmpfs", 0, "mode=755") == 0);
    ::mkdir("/run/netns", 0755);
    ::mkdir("/run/lock", 0755);
    bring_loopback_up();
}

Namespaces::~Namespaces() {
    ::setns(network_, CLONE_NEWNET);
    ::setns(mounts_, CLONE_NEWNS);
    ::close(network_);
    ::close(mounts_);
}

}  // namespace xos::crash
