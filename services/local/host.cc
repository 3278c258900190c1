#include "services/local/host.h"

#include "base/file.h"
#include "base/text.h"
#include "services/local/builtin_rootfs.h"
#include "services/local/files.h"
#include "services/local/network_namespace.h"
#include "services/local/nftables.h"
#include "services/local/process.h"
#include "services/local/system_error.h"

#include <sys/prctl.h>
#include <unistd.h>

namespace xos::local {

namespace {

/// Mounts an overlay where the disks of instances will be, as it will be done for them.
Result<void> try_overlay(const CloudOptions& options) {
    const std::string folder = options.state_dir + "/probe-" + std::to_string(::getpid());
    for (const char* part : {"/lower", "/upper", "/work", "/whole"})
        TRY(make_directories(folder + part));
    const auto tried =
        run_checked({.words = {options.program_dir + "/run-private", "--overlay", folder + "/lower",
                               folder + "/upper", folder + "/work", folder + "/whole", "true"}});
    TRY(remove_tree(folder));
    if (!tried)
        return tried.error();
    return {};
}

/// Tries the host's packet filter. Fails also when it would drop what the cloud sends out: a rule
/// of ours cannot let pass what another one drops.
Result<void> try_nftables(const CloudOptions& options) {
    const NetworkNamespace host =
        TRY(options.host_netns.empty() ? NetworkNamespace::current()
                                       : NetworkNamespace::open(options.host_netns));
    Nftables nftables = TRY(Nftables::open(host));
    const std::string chains = TRY(nftables.ask("list chains\n"));
    for (const std::string_view line : split(chains, '\n')) {
        if (line.find("hook forward") != line.npos && line.find("policy drop") != line.npos)
            return Error(ErrorCode::Conflict,
                         "the host's firewall drops forwarded packets: instances reach no further "
                         "than the host");
    }
    return {};
}

}  // namespace

Result<HostReport> probe_host(const CloudOptions& options) {
    HostReport report;
    report.cgroups = TRY(Cgroups::find());
    const auto note = [&](std::string what) { report.problems.push_back(std::move(what)); };
    if (::geteuid() != 0) {
        note("not run as root");
        return report;
    }
    for (const char* program : {"/run-private", "/instance-init"}) {
        if (!exists(options.program_dir + program))
            note("program " + options.program_dir + program + " is missing");
    }
    for (const std::string program : {"crun", "tar"}) {
        if (!program_exists(program))
            note("program " + program + " is not installed");
    }
    for (const std::string& controller : report.cgroups.missing())
        note("no cgroup controller \"" + controller + "\": instances are not limited");
    if (const auto tried = try_overlay(options); !tried)
        note("overlay mounts do not work in " + options.state_dir + ": " + tried.error().message());
    if (const auto tried = try_nftables(options); !tried)
        note(tried.error().message());
    if (const auto found = find_builtin_programs(); !found)
        note("the built-in image cannot be made: " + found.error().message());
    return report;
}

Result<void> become_subreaper() {
    if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
        return system_error("become a subreaper");
    return {};
}

}  // namespace xos::local
