#include "services/local/testing/host_fixture.h"

#include "services/local/files.h"

#include <unistd.h>

#include <cstdlib>

namespace xos::local::testing {

bool skipped() {
    if (::geteuid() == 0)
        return false;
    MESSAGE("skipped: needs root for namespaces, mounts and containers");
    return true;
}

HostFixture::HostFixture(std::string lineage) {
    char folder[] = "/tmp/xos-local-test-XXXXXX";
    REQUIRE(::mkdtemp(folder) != nullptr);
    folder_ = folder;
    options_.lineage = std::move(lineage) + "-" + std::to_string(::getpid());
    options_.runtime_dir = folder_ + "/run";
    options_.state_dir = folder_ + "/state";
    options_.netns_dir = folder_ + "/netns";
    options_.host_netns = folder_ + "/host";
    options_.program_dir = XOS_LOCAL_PROGRAMS;
    REQUIRE_OK(NetworkNamespace::create_named(options_.host_netns));
}

HostFixture::~HostFixture() {
    CHECK_MESSAGE(Cloud::down(options_).has_value(), said(Cloud::down(options_)));
    CHECK(NetworkNamespace::remove_named(options_.host_netns).has_value());
    const auto removed = remove_tree(folder_);
    CHECK_MESSAGE(removed.has_value(), said(removed));
}

std::unique_ptr<Cloud> HostFixture::open() const {
    auto cloud = Cloud::open(options_);
    REQUIRE_OK(cloud);
    return std::move(cloud).value();
}

InstanceSpec HostFixture::instance(const Cloud& cloud, std::uint64_t id) const {
    const auto rootfs = cloud.images().builtin();
    REQUIRE_OK(rootfs);
    InstanceSpec spec;
    spec.id = {id};
    spec.hostname = "i" + std::to_string(id);
    spec.rootfs = *rootfs;
    spec.hosts = "127.0.0.1 localhost\n";
    return spec;
}

PortSpec HostFixture::port(std::uint64_t id, std::uint64_t network, int number,
                           const std::string& address) const {
    PortSpec spec{.id = {id}, .network = {network}, .number = number};
    spec.mac = Mac{{6, 0, 0, 0, static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id)}};
    const auto parsed = parse_ipv4_prefix(address);
    REQUIRE_OK(parsed);
    spec.address = *parsed;
    return spec;
}

std::string HostFixture::inside(const Cloud& cloud, std::uint64_t instance,
                                const std::string& command) const {
    const auto output = cloud.run({instance}, {"/bin/sh", "-c", command});
    REQUIRE_OK(output);
    return output->text;
}

std::string HostFixture::outside(const std::string& command) const {
    const auto there = NetworkNamespace::open(options_.host_netns);
    REQUIRE_OK(there);
    const auto output = there->inside([&] {
        return run_process({.words = {"/bin/sh", "-c", command}});
    });
    REQUIRE_OK(output);
    return output->text;
}

}  // namespace xos::local::testing
