#pragma once

#include "base/result.h"

#include <string>
#include <vector>

namespace xos::local {

/// The cgroup hierarchies of this host, as mounted when `find` looked.
class Cgroups {
public:
    static Result<Cgroups> find();

    /// Whether processes can be limited in memory, processor and number.
    bool can_limit() const { return missing_.empty(); }
    /// The controllers that are not there, such as "memory".
    const std::vector<std::string>& missing() const { return missing_; }

    /// Mount points of cgroup version 2 beside version 1 hierarchies that hold the controllers.
    /// crun refuses to make a container where it sees one.
    const std::vector<std::string>& hybrid() const { return hybrid_; }

    /// Removes the cgroup `path` (such as "/xos/L/7") and those below it in every hierarchy. One
    /// that holds processes is left, and so is success.
    void remove(const std::string& path) const;
    /// Removes the cgroup `path` where it has none below it.
    void remove_empty(const std::string& path) const;
    /// Whether any hierarchy has a cgroup of that path.
    bool has(const std::string& path) const;

private:
    std::vector<std::string> roots_;
    std::vector<std::string> hybrid_;
    std::vector<std::string> missing_;
};

}  // namespace xos::local
