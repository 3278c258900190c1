#include "services/local/containers.h"

#include "base/json.h"
#include "base/text.h"
#include "services/local/descriptor.h"
#include "services/local/files.h"

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <optional>
#include <sstream>

namespace xos::local {

namespace {

/// The init of an instance gives its programs 2.5 s.
constexpr Duration kPatience{3000};

// More than any host has: crun has no number that takes a limit back.
constexpr std::int64_t kMostMemory = std::int64_t{1} << 60;
constexpr std::int64_t kMostCpu = 100'000 * 1024;
constexpr std::int64_t kMostProcesses = 4'194'304;

struct ProcessEntry {
    char state = 'X';
    std::int64_t start_time = 0;
};

/// What /proc says about `pid`; nothing when there is no such process.
std::optional<ProcessEntry> look_up(pid_t pid) {
    const auto text = read_file("/proc/" + std::to_string(pid) + "/stat");
    if (!text)
        return std::nullopt;
    // The name, in parentheses, may hold anything. State is field 3, start time field 22.
    const std::size_t end_of_name = text->rfind(')');
    if (end_of_name == std::string::npos)
        return std::nullopt;
    std::istringstream fields(text->substr(end_of_name + 1));
    ProcessEntry entry;
    std::string skipped;
    fields >> entry.state;
    for (int field = 4; field < 22; ++field)
        fields >> skipped;
    fields >> entry.start_time;
    return entry;
}

/// Whether `pid` runs and is the process that started at `start_time`.
bool is_alive(pid_t pid, std::int64_t start_time) {
    const auto entry = look_up(pid);
    if (!entry || (start_time != 0 && entry->start_time != start_time))
        return false;
    if (entry->state != 'Z')
        return entry->state != 'X';
    // Where this process is the subreaper, the ended containers are its to collect.
    ::waitpid(pid, nullptr, WNOHANG);
    return false;
}

}  // namespace

Containers::Containers(const Names& names, const Layout& layout, const Cgroups& cgroups,
                       Options options)
    : names_(names), layout_(layout), cgroups_(cgroups), options_(std::move(options)) {}

std::vector<std::string> Containers::crun(std::vector<std::string> words) const {
    std::vector<std::string> command{"crun", "--root", layout_.crun(), "--cgroup-manager",
                                     cgroups_.can_limit() ? "cgroupfs" : "disabled"};
    command.insert(command.end(), words.begin(), words.end());
    return command;
}

std::string Containers::bundle_text(const InstanceSpec& spec) const {
    return format_bundle(
        names_, layout_, spec,
        {.limits = cgroups_.can_limit(), .init = options_.program_dir + "/instance-init"});
}

ContainerState Containers::inspect(ObjectId id) const {
    const std::string folder = layout_.crun() + "/" + names_.container(id);
    if (!exists(folder))
        return {};
    const auto text = read_file(folder + "/status");
    const auto status = text ? Json::parse(*text) : Result<Json>(text.error());
    if (!status)
        return {ContainerPhase::Broken};
    const auto pid = static_cast<pid_t>(status->number("pid"));
    if (pid <= 0 || !is_alive(pid, status->number("process-start-time")))
        return {ContainerPhase::Broken};
    // The program waits at this pipe, which goes when it is let through.
    const bool waits = exists(folder + "/exec.fifo");
    return {waits ? ContainerPhase::Created : ContainerPhase::Running, pid};
}

Result<pid_t> Containers::create(const InstanceSpec& spec) const {
    const std::string bundle = layout_.bundle(spec.id);
    TRY(make_directories(bundle + "/rootfs"));
    TRY(replace_file(bundle + "/config.json", bundle_text(spec)));
    TRY(run_create(spec));
    const ContainerState state = inspect(spec.id);
    if (state.phase != ContainerPhase::Created)
        return Error(ErrorCode::Unavailable,
                     "crun made container " + names_.container(spec.id) + ", and it ended at once");
    return state.pid;
}

Result<void> Containers::run_create(const InstanceSpec& spec) const {
    const std::string bundle = layout_.bundle(spec.id);
    const std::string disk = layout_.disk(spec.id);
    std::vector<std::string> words{options_.program_dir + "/run-private"};
    for (const std::string& path : cgroups_.hybrid())
        words.insert(words.end(), {"--hide", path});
    words.insert(words.end(),
                 {"--overlay", spec.rootfs, disk + "/upper", disk + "/work", bundle + "/rootfs"});
    const auto create = crun({"create", "--bundle", bundle, names_.container(spec.id)});
    words.insert(words.end(), create.begin(), create.end());

    // The container's process keeps the outputs of crun, so they are a file.
    const std::string log = bundle + "/create.log";
    ::unlink(log.c_str());
    const auto output =
        TRY(run_process({.words = words, .output_file = log, .deadline = options_.deadline}));
    if (output.code == 0)
        return {};
    const auto said = read_file(log);
    return Error(ErrorCode::Unavailable, "crun create " + names_.container(spec.id) +
                                             ": exit code " + std::to_string(output.code) + ": " +
                                             (said ? std::string(trim(*said)) : ""));
}

Result<void> Containers::start(ObjectId id) const {
    TRY(run_checked(
        {.words = crun({"start", names_.container(id)}), .deadline = options_.deadline}));
    return {};
}

void Containers::ask_to_end(ObjectId id) const {
    const ContainerState state = inspect(id);
    if (state.phase != ContainerPhase::Running)
        return;
    const Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, state.pid, 0)));
    // A number that was used again meanwhile shows by a second look.
    if (!process || inspect(id).pid != state.pid ||
        ::syscall(SYS_pidfd_send_signal, process.get(), SIGTERM, nullptr, 0) != 0)
        return;
    pollfd ended{process.get(), POLLIN, 0};
    ::poll(&ended, 1, static_cast<int>(kPatience.count()));
}

Result<void> Containers::remove(ObjectId id) const {
    const std::string container = names_.container(id);
    if (exists(layout_.crun() + "/" + container)) {
        TRY(run_checked(
            {.words = crun({"delete", "--force", container}), .deadline = options_.deadline}));
        // Interrupted creations are forgotten by crun, their folders not always.
        TRY(remove_tree(layout_.crun() + "/" + container));
    }
    cgroups_.remove(names_.cgroup(id));
    return remove_tree(layout_.bundle(id));
}

Result<void> Containers::limit(const InstanceSpec& spec) const {
    if (!cgroups_.can_limit())
        return {};
    const auto text = [](std::int64_t value, std::int64_t unlimited) {
        return std::to_string(value > 0 ? value : unlimited);
    };
    const Limits& limits = spec.limits;
    TRY(run_checked(
        {.words =
             crun({"update", "--memory", text(limits.memory_bytes, kMostMemory), "--cpu-period",
                   "100000", "--cpu-quota", text(limits.cpu_millis * 100, kMostCpu), "--pids-limit",
                   text(limits.processes, kMostProcesses), names_.container(spec.id)})}));
    return replace_file(layout_.bundle(spec.id) + "/config.json", bundle_text(spec));
}

Result<ProcessOutput> Containers::run(ObjectId id, const std::vector<std::string>& words) const {
    std::vector<std::string> command{"exec", names_.container(id)};
    command.insert(command.end(), words.begin(), words.end());
    return run_process({.words = crun(std::move(command)), .deadline = options_.deadline});
}

Result<std::vector<ObjectId>> Containers::list() const {
    std::vector<ObjectId> found;
    for (const std::string& name : TRY(list_directory(layout_.crun()))) {
        if (const auto id = names_.instance_of(name))
            found.push_back(*id);
    }
    for (const std::string& name : TRY(list_directory(layout_.instances()))) {
        if (const auto id = parse_id(name))
            found.push_back(*id);
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

}  // namespace xos::local
