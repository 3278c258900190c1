#include "services/local/cloud.h"
#include "services/local/files.h"
#include "services/local/testing/host_fixture.h"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <thread>

namespace xos::local {

using testing::HostFixture;

namespace {

/// Whether `holds` becomes true within some seconds: for what programs in an instance do.
bool eventually(const std::function<bool()>& holds) {
    for (int i = 0; i < 500; ++i) {
        if (holds())
            return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

/// A key pair of the ssh client; the private key's path and the public key's line.
struct KeyPair {
    std::string file;
    std::string line;
};

KeyPair make_key(const HostFixture& host, const std::string& name) {
    const std::string file = host.options().runtime_dir + "-" + name;
    host.outside("ssh-keygen -q -t ed25519 -N '' -f " + file);
    const auto line = read_file(file + ".pub");
    REQUIRE_OK(line);
    return {file, *line};
}

std::string ssh(const Cloud& cloud, std::uint64_t instance, const KeyPair& key,
                const std::string& command) {
    return "ssh -o ProxyCommand='" + cloud.proxy_command({instance}) +
           "' -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "
           "-o BatchMode=yes -o IdentitiesOnly=yes -i " +
           key.file + " root@instance " + command;
}

}  // namespace

TEST_CASE("user data runs at each start, with the interfaces in place") {
    if (testing::skipped())
        return;
    HostFixture host;
    auto cloud = host.open();
    REQUIRE_OK(cloud->ensure_network({.id = {1}}));
    InstanceSpec spec = host.instance(*cloud, 5);
    spec.ports = {host.port(9, 1, 0, "10.64.0.2/24")};
    spec.user_data = "ip -4 -o addr show eth0 | wc -l >> /seen\n";
    REQUIRE_OK(cloud->ensure_instance(spec));
    CHECK(eventually([&] { return host.inside(*cloud, 5, "cat /seen") == "1\n"; }));

    host.inside(*cloud, 5,
                "(trap 'echo ended >> /seen; exit' TERM; touch /traps; "
                "while true; do sleep 0.01; done) >/dev/null 2>&1 & "
                "until test -e /traps; do sleep 0.01; done");
    REQUIRE_OK(cloud->stop_instance({5}));
    CHECK(cloud->find_instance({5}).phase == ContainerPhase::Absent);
    REQUIRE_OK(cloud->ensure_instance(spec));
    CHECK(eventually([&] { return host.inside(*cloud, 5, "cat /seen") == "1\nended\n1\n"; }));
}

TEST_CASE("an instance that died is started again on its disk") {
    if (testing::skipped())
        return;
    HostFixture host;
    auto cloud = host.open();
    const InstanceSpec spec = host.instance(*cloud, 5);
    const auto first = cloud->ensure_instance(spec);
    REQUIRE_OK(first);
    host.inside(*cloud, 5, "echo kept > /root/file");
    ::kill(first->pid, SIGKILL);
    CHECK(eventually([&] { return cloud->find_instance({5}).phase == ContainerPhase::Broken; }));

    const auto second = cloud->ensure_instance(spec);
    REQUIRE_OK(second);
    CHECK(second->was_started);
    CHECK(host.inside(*cloud, 5, "cat /root/file") == "kept\n");
}

TEST_CASE("names and hosts follow while it runs") {
    if (testing::skipped())
        return;
    HostFixture host;
    auto cloud = host.open();
    InstanceSpec spec = host.instance(*cloud, 5);
    REQUIRE_OK(cloud->ensure_instance(spec));
    CHECK(host.inside(*cloud, 5, "hostname; cat /etc/hostname") == "i5\ni5\n");
    spec.hosts += "10.64.0.9 neighbor\n";
    spec.resolv_conf = "nameserver 192.0.2.53\n";
    REQUIRE_OK(cloud->ensure_instance(spec));
    CHECK(host.inside(*cloud, 5, "grep neighbor /etc/hosts") == "10.64.0.9 neighbor\n");
    CHECK(host.inside(*cloud, 5, "cat /etc/resolv.conf") == "nameserver 192.0.2.53\n");
}

TEST_CASE("limits hold and can be changed while it runs") {
    if (testing::skipped())
        return;
    HostFixture host;
    auto cloud = host.open();
    InstanceSpec spec = host.instance(*cloud, 5);
    spec.limits = {.memory_bytes = 64 << 20, .cpu_millis = 500, .processes = 50};
    const auto first = cloud->ensure_instance(spec);
    REQUIRE_OK(first);
    // Takes more memory than there is, by a variable of the shell.
    const std::string greedy = "x=0123456789abcdef; while true; do x=$x$x; done";
    const auto killed = cloud->run({5}, {"/bin/sh", "-c", greedy});
    REQUIRE_OK(killed);
    CHECK(killed->code == 137);

    spec.limits = {};
    REQUIRE_OK(cloud->ensure_instance(spec));
    CHECK(host.outside("cat /sys/fs/cgroup/pids/xos/" + host.options().lineage +
                       "/5/pids.max /sys/fs/cgroup/xos/" + host.options().lineage +
                       "/5/pids.max 2>/dev/null") == "4194304\n");
    spec.limits.processes = 10;
    const auto second = cloud->ensure_instance(spec);
    REQUIRE_OK(second);
    CHECK(second->pid == first->pid);
    const std::string many = "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 1 & done; wait";
    CHECK(host.inside(*cloud, 5, many + " 2>&1").find("fork") != std::string::npos);
}

TEST_CASE("ssh lets in the keys given, and ends the sessions of a key taken away") {
    if (testing::skipped())
        return;
    HostFixture host;
    auto cloud = host.open();
    const KeyPair ann = make_key(host, "ann");
    const KeyPair bob = make_key(host, "bob");
    InstanceSpec spec = host.instance(*cloud, 5);
    REQUIRE_OK(cloud->ensure_instance(spec));
    CHECK(host.inside(*cloud, 5, "pidof dropbear").empty());

    spec.authorized_keys = ann.line + bob.line;
    REQUIRE_OK(cloud->ensure_instance(spec));
    CHECK(host.outside(ssh(*cloud, 5, ann, "'cat /etc/hostname; exit 9'") + "; echo $?") ==
          "i5\n9\n");

    host.outside("(" + ssh(*cloud, 5, ann, "sleep 1001") + ") >/dev/null 2>&1 &");
    host.outside("(" + ssh(*cloud, 5, bob, "sleep 1002") + ") >/dev/null 2>&1 &");
    const auto has = [&](const std::string& number) {
        return !host.inside(*cloud, 5, "ps | grep '[s]leep " + number + "'").empty();
    };
    CHECK(eventually([&] { return has("1001") && has("1002"); }));
    spec.authorized_keys = bob.line;
    REQUIRE_OK(cloud->ensure_instance(spec));
    CHECK(eventually([&] { return !has("1001"); }));
    CHECK(has("1002"));
    CHECK(host.outside(ssh(*cloud, 5, ann, "true") + " 2>/dev/null || echo refused") ==
          "refused\n");
    CHECK(host.outside(ssh(*cloud, 5, bob, "hostname")) == "i5\n");
    // The instance cannot let in anybody itself.
    CHECK(host.inside(*cloud, 5, "echo x >> /root/.ssh/authorized_keys || echo no") != "");
}

TEST_CASE("an image comes from an archive with its checksum, and changing it starts anew") {
    if (testing::skipped())
        return;
    HostFixture host;
    auto cloud = host.open();
    InstanceSpec spec = host.instance(*cloud, 5);
    REQUIRE_OK(cloud->ensure_instance(spec));
    host.inside(*cloud, 5, "echo mine > /root/file");

    const std::string archive = host.options().runtime_dir + "-image.tar.gz";
    host.outside("mkdir -p " + spec.rootfs + "/../extra; cp -a " + spec.rootfs + "/. " +
                 spec.rootfs + "/../extra; echo other > " + spec.rootfs + "/../extra/etc/which;" +
                 "tar -C " + spec.rootfs + "/../extra -czf " + archive + " .");
    const std::string sum = host.outside("sha256sum < " + archive).substr(0, 64);
    CHECK_FALSE(cloud->images().unpack(archive, std::string(64, '0')).has_value());
    const auto rootfs = cloud->images().unpack(archive, sum);
    REQUIRE_OK(rootfs);
    CHECK(*rootfs == *cloud->images().unpack(archive, sum));
    spec.rootfs = *rootfs;
    const auto state = cloud->ensure_instance(spec);
    REQUIRE_OK(state);
    CHECK(state->was_started);
    CHECK(host.inside(*cloud, 5, "cat /etc/which; ls /root") == "other\n");
}

}  // namespace xos::local
