// Looks at and takes down clouds on this host, without the model and whether or not it runs:
//
//   local-cloud scan LINEAGE STATE-DIR [RUNTIME-DIR]   what is there, one thing a line
//   local-cloud down LINEAGE [RUNTIME-DIR]             removes it; images and disks stay
//   local-cloud down --all [RUNTIME-DIR]               the same for every lineage of this host

#include "services/local/cloud.h"
#include "services/local/files.h"

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace xos::local {
namespace {

constexpr const char* kUsage =
    "usage: local-cloud scan LINEAGE STATE-DIR [RUNTIME-DIR]\n"
    "       local-cloud down LINEAGE|--all [RUNTIME-DIR]\n";

std::string folder_of(const char* program) {
    const std::string path = program;
    const std::size_t slash = path.find_last_of('/');
    return slash == std::string::npos ? "/" : path.substr(0, slash);
}

const char* name_of(ContainerPhase phase) {
    switch (phase) {
        case ContainerPhase::Absent: return "stopped";
        case ContainerPhase::Broken: return "broken";
        case ContainerPhase::Created: return "created";
        case ContainerPhase::Running: return "running";
    }
    return "";
}

Result<void> scan(const CloudOptions& options) {
    const auto cloud = TRY(Cloud::open(options));
    for (const std::string& problem : cloud->problems())
        std::printf("problem   %s\n", problem.c_str());
    const Inventory inventory = TRY(cloud->scan());
    for (const NetworkState& network : inventory.networks)
        std::printf("network   %llu %s\n", static_cast<unsigned long long>(network.id.value),
                    network.gateway ? format(*network.gateway).c_str() : "private");
    for (const InstanceState& instance : inventory.instances)
        std::printf("instance  %llu %s %d\n", static_cast<unsigned long long>(instance.id.value),
                    name_of(instance.phase), static_cast<int>(instance.pid));
    for (const PortState& port : inventory.ports)
        std::printf("%s\n", format_port(port).c_str());
    for (const std::string& image : inventory.images)
        std::printf("image     %s\n", image.c_str());
    return {};
}

Result<void> down(CloudOptions options) {
    if (options.lineage != "--all")
        return Cloud::down(options);
    Result<void> outcome;
    for (const std::string& name : TRY(list_directory(options.runtime_dir))) {
        options.lineage = name;
        // Each lineage has a folder with that of crun; what else is there belongs to all.
        if (!exists(options.runtime_dir + "/" + name + "/crun"))
            continue;
        const auto removed = Cloud::down(options);
        if (!removed)
            outcome = removed.error();
    }
    return outcome;
}

int run(const std::vector<std::string>& words) {
    const bool is_scan = words.size() >= 4 && words[1] == "scan";
    const bool is_down = words.size() >= 3 && words[1] == "down";
    if (!is_scan && !is_down) {
        std::fputs(kUsage, stderr);
        return 2;
    }
    CloudOptions options{.lineage = words[2], .program_dir = folder_of(words[0].c_str())};
    const std::size_t rest = is_scan ? 4 : 3;
    if (is_scan)
        options.state_dir = words[3];
    if (words.size() > rest)
        options.runtime_dir = words[rest];
    const auto outcome = is_scan ? scan(options) : down(options);
    if (outcome)
        return 0;
    std::fprintf(stderr, "local-cloud: %s\n", outcome.error().message().c_str());
    return 1;
}

}  // namespace
}  // namespace xos::local

int main(int count, char** words) {
    return xos::local::run({words, words + count});
}
