#include "synchronizer/plugin_loader.h"

#include <dlfcn.h>
#include <unistd.h>

namespace xos::synchronizer {

namespace {

std::string last_problem() {
    const char* text = dlerror();
    return text ? text : "the loader says no more";
}

}  // namespace

Result<const Plugin*> load_plugin(const std::string& path) {
    if (access(path.c_str(), R_OK) != 0)
        return Error{ErrorCode::NotFound, "there is no plug-in \"" + path + "\""};
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return Error{ErrorCode::Invalid, "\"" + path + "\" cannot be loaded: " + last_problem()};
    const auto entry = reinterpret_cast<PluginEntry>(dlsym(library, kPluginEntryName));
    if (!entry)
        return Error{ErrorCode::Invalid,
                     "\"" + path + "\" is no plug-in: it has no " + kPluginEntryName};
    const Plugin* plugin = entry();
    if (!plugin || plugin->version != kPluginVersion)
        return Error{ErrorCode::Invalid, "plug-in \"" + path + "\" has version " +
                                             std::to_string(plugin ? plugin->version : 0) +
                                             ", wanted " + std::to_string(kPluginVersion)};
    if (!plugin->create_driver)
        return Error{ErrorCode::Invalid, "plug-in \"" + path + "\" makes no driver"};
    return plugin;
}

}  // namespace xos::synchronizer
