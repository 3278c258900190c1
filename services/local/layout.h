#pragma once

#include "base/object_id.h"
#include "services/local/specs.h"

#include <string>

namespace xos::local {

/// The file that tells that the folder of names of network namespaces is ours to remove.
inline std::string made_names_folder(const CloudOptions& options) {
    return options.runtime_dir + "/made-netns-dir";
}

/// Where the files of one lineage lie. A value; any thread.
class Layout {
public:
    explicit Layout(const CloudOptions& options)
        : runtime_(options.runtime_dir + "/" + options.lineage), state_(options.state_dir) {}

    // Gone after a reboot, as are the containers, namespaces and interfaces it tells of.
    const std::string& runtime() const { return runtime_; }
    std::string crun() const { return runtime_ + "/crun"; }
    std::string instances() const { return runtime_ + "/instances"; }
    /// The bundle of an instance: its configuration for crun, and its folders `etc` and `ssh`.
    std::string bundle(ObjectId id) const { return instances() + "/" + std::to_string(id.value); }
    /// Seen in the instance as /etc/xos and /root/.ssh; it cannot write there.
    std::string etc(ObjectId id) const { return bundle(id) + "/etc"; }
    std::string ssh(ObjectId id) const { return bundle(id) + "/ssh"; }

    // Stays.
    std::string images() const { return state_ + "/images"; }
    std::string disks() const { return state_ + "/disks"; }
    /// The disk of an instance: `upper` and `work` of its overlay.
    std::string disk(ObjectId id) const { return disks() + "/" + std::to_string(id.value); }

private:
    std::string runtime_;
    std::string state_;
};

}  // namespace xos::local
