#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "services/local/bundle.h"
#include "services/local/cgroups.h"
#include "services/local/layout.h"
#include "services/local/names.h"
#include "services/local/network_namespace.h"
#include "services/local/process.h"

#include <sys/types.h>

#include <string>
#include <vector>

namespace xos::local {

enum class ContainerPhase {
    Absent,   ///< There is nothing of it.
    Broken,   ///< Making it was interrupted, or its process ended. To be removed.
    Created,  ///< Its namespaces are there; its program waits for `start`.
    Running,
};

struct ContainerState {
    ContainerPhase phase = ContainerPhase::Absent;
    /// Process 1 of the container as the host counts; 0 unless created or running.
    pid_t pid = 0;
};

/// The containers of one lineage, made by crun.
///
/// The truth is crun's folder and the kernel's process table, read at each call. A container lives
/// on when this process dies. Any thread; calls for one container must not overlap.
class Containers {
public:
    struct Options {
        /// The folder of run-private and instance-init.
        std::string program_dir;
        Duration deadline{60'000};
    };

    /// What is given must outlive it.
    Containers(const Names& names, const Layout& layout, const Cgroups& cgroups, Options options);

    ContainerState inspect(ObjectId id) const;

    /// Makes the container, its program not started. Its disk and its folders `etc` and `ssh` are
    /// there already. Precondition: it is absent.
    Result<pid_t> create(const InstanceSpec& spec) const;
    /// Runs the program of a created container.
    Result<void> start(ObjectId id) const;
    /// Asks the programs of a running container to end, and waits for it a little.
    void ask_to_end(ObjectId id) const;
    /// Ends all processes of the container and removes it with its cgroup. Its disk stays.
    Result<void> remove(ObjectId id) const;
    /// Gives a created or running container other limits.
    Result<void> limit(const InstanceSpec& spec) const;

    /// Runs a program inside and waits for its end.
    Result<ProcessOutput> run(ObjectId id, const std::vector<std::string>& words) const;

    /// All of which there is anything, sorted.
    Result<std::vector<ObjectId>> list() const;

    /// What crun would be told for `spec`.
    std::string bundle_text(const InstanceSpec& spec) const;

private:
    std::vector<std::string> crun(std::vector<std::string> words) const;
    Result<void> run_create(const InstanceSpec& spec) const;

    const Names& names_;
    const Layout& layout_;
    const Cgroups& cgroups_;
    const Options options_;
};

}  // namespace xos::local
