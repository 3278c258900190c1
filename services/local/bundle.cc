#include "services/local/bundle.h"

#include "base/json.h"

#include <initializer_list>
#include <string_view>

namespace xos::local {

namespace {

Json list(std::initializer_list<std::string_view> texts) {
    Json::Array array;
    for (const std::string_view text : texts)
        array.emplace_back(text);
    return array;
}

/// What root inside may do: all that programs of a server need, nothing that reaches the host.
Json capabilities() {
    const Json allowed =
        list({"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID",
              "CAP_SETUID", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_NET_RAW", "CAP_NET_ADMIN",
              "CAP_SYS_CHROOT", "CAP_AUDIT_WRITE"});
    return Json::Object{{"bounding", allowed}, {"effective", allowed}, {"permitted", allowed}};
}

Json process() {
    Json::Object process;
    process.emplace_back("terminal", false);
    process.emplace_back("user", Json::Object{{"uid", 0}, {"gid", 0}});
    process.emplace_back("args", list({"/etc/xos/init"}));
    process.emplace_back("env",
                         list({"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                               "HOME=/root", "TERM=linux"}));
    process.emplace_back("cwd", "/");
    process.emplace_back("capabilities", capabilities());
    process.emplace_back("noNewPrivileges", false);
    return process;
}

Json mount(std::string_view where, std::string_view kind, std::string_view source, Json options) {
    return Json::Object{{"destination", where},
                        {"type", kind},
                        {"source", source},
                        {"options", std::move(options)}};
}

Json mounts(const Layout& layout, const InstanceSpec& spec, const std::string& init) {
    return Json::Array{
        mount("/proc", "proc", "proc", list({"nosuid", "noexec", "nodev"})),
        mount("/dev", "tmpfs", "tmpfs", list({"nosuid", "strictatime", "mode=755", "size=1m"})),
        mount("/dev/pts", "devpts", "devpts",
              list({"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"})),
        mount("/dev/shm", "tmpfs", "shm",
              list({"nosuid", "noexec", "nodev", "mode=1777", "size=64m"})),
        mount("/sys", "sysfs", "sysfs", list({"nosuid", "noexec", "nodev", "ro"})),
        mount("/etc/xos", "bind", layout.etc(spec.id), list({"bind", "ro", "nosuid", "nodev"})),
        mount("/etc/xos/init", "bind", init, list({"bind", "ro", "nosuid", "nodev"})),
        mount("/root/.ssh", "bind", layout.ssh(spec.id),
              list({"bind", "ro", "nosuid", "nodev", "noexec"})),
    };
}

Json resources(const Limits& limits) {
    Json::Object resources;
    resources.emplace_back("devices",
                           Json::Array{Json::Object{{"allow", false}, {"access", "rwm"}}});
    if (limits.memory_bytes > 0)
        resources.emplace_back("memory", Json::Object{{"limit", limits.memory_bytes}});
    if (limits.cpu_millis > 0)
        resources.emplace_back(
            "cpu", Json::Object{{"period", 100'000}, {"quota", limits.cpu_millis * 100}});
    if (limits.processes > 0)
        resources.emplace_back("pids", Json::Object{{"limit", limits.processes}});
    return resources;
}

Json linux_part(const Names& names, const InstanceSpec& spec, bool limits) {
    Json::Array namespaces;
    for (const char* kind : {"pid", "network", "ipc", "uts", "mount"})
        namespaces.push_back(Json::Object{{"type", kind}});
    Json::Object part;
    part.emplace_back("namespaces", std::move(namespaces));
    if (limits) {
        part.emplace_back("cgroupsPath", names.cgroup(spec.id));
        part.emplace_back("resources", resources(spec.limits));
    }
    part.emplace_back("maskedPaths",
                      list({"/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys",
                            "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
                            "/proc/sched_debug", "/proc/scsi", "/sys/firmware"}));
    part.emplace_back("readonlyPaths", list({"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
                                             "/proc/sysrq-trigger"}));
    return part;
}

}  // namespace

std::string format_bundle(const Names& names, const Layout& layout, const InstanceSpec& spec,
                          const BundleOptions& options) {
    Json config;
    config.set("ociVersion", "1.0.0");
    config.set("process", process());
    config.set("root", Json::Object{{"path", "rootfs"}, {"readonly", false}});
    config.set("hostname", spec.hostname);
    config.set("mounts", mounts(layout, spec, options.init));
    config.set("annotations", Json::Object{{"xos.lineage", names.lineage()},
                                           {"xos.instance", std::to_string(spec.id.value)},
                                           {"xos.rootfs", spec.rootfs}});
    config.set("linux", linux_part(names, spec, options.limits));
    return config.format_pretty() + "\n";
}

}  // namespace xos::local
