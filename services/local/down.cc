#include "services/local/cloud.h"
#include "services/local/files.h"

#include <unistd.h>

#include <atomic>
#include <thread>

namespace xos::local {

namespace {

constexpr std::size_t kWorkers = 4;

/// Keeps the first of several failures.
class FirstFailure {
public:
    void note(Result<void> outcome) {
        if (outcome_.has_value())
            outcome_ = std::move(outcome);
    }
    Result<void> outcome() && { return std::move(outcome_); }

private:
    Result<void> outcome_;
};

/// Each takes about 15 ms, most of it waiting.
Result<void> remove_containers(const Containers& containers) {
    const std::vector<ObjectId> ids = TRY(containers.list());
    std::atomic<std::size_t> next{0};
    std::vector<FirstFailure> failures(kWorkers);
    std::vector<std::thread> workers;
    for (FirstFailure& failure : failures) {
        workers.emplace_back([&] {
            for (std::size_t i = next++; i < ids.size(); i = next++)
                failure.note(containers.remove(ids[i]));
        });
    }
    for (std::thread& worker : workers)
        worker.join();
    FirstFailure first;
    for (FirstFailure& failure : failures)
        first.note(std::move(failure).outcome());
    return std::move(first).outcome();
}

/// Ends the namespace with all its interfaces.
Result<void> remove_namespace(const std::string& path, const Names& names) {
    auto cloud = NetworkNamespace::open(path);
    if (cloud) {
        // Whoever else holds the namespace must not keep our interfaces alive.
        Netlink netlink = TRY(Netlink::open(*cloud));
        TRY(netlink.send(delete_link_group(names.group())));
    }
    return NetworkNamespace::remove_named(path);
}

Result<void> remove_uplink(const CloudOptions& options, const Names& names) {
    const NetworkNamespace host =
        TRY(options.host_netns.empty() ? NetworkNamespace::current()
                                       : NetworkNamespace::open(options.host_netns));
    const Uplink uplink(names, {host, host, options.runtime_dir});
    return uplink.remove();
}

}  // namespace

Result<void> Cloud::down(const CloudOptions& options) {
    const Names names = TRY(Names::create(options.lineage));
    const Layout layout(options);
    const Cgroups cgroups = TRY(Cgroups::find());
    const Containers containers(names, layout, cgroups, {.program_dir = options.program_dir});
    FirstFailure failure;
    failure.note(remove_containers(containers));
    cgroups.remove(names.cgroup({}));
    cgroups.remove_empty("/xos");
    failure.note(remove_uplink(options, names));
    failure.note(remove_namespace(options.netns_dir + "/" + names.network_namespace(), names));
    failure.note(remove_tree(layout.runtime()));
    // Other lineages may be at home here.
    if (exists(made_names_folder(options)) && ::rmdir(options.netns_dir.c_str()) == 0)
        failure.note(remove_file(made_names_folder(options)));
    for (const char* name :
         {"/forwarding/users", "/forwarding/lock", "/forwarding", "/uplink.lock"})
        ::remove((options.runtime_dir + name).c_str());
    ::rmdir(options.runtime_dir.c_str());
    return std::move(failure).outcome();
}

}  // namespace xos::local
