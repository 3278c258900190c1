#include "synchronizer/plugin.h"

// A plug-in of a version that nobody loads any more.
extern "C" __attribute__((visibility("default"))) const xos::synchronizer::Plugin* xos_plugin() {
    static constexpr xos::synchronizer::Plugin kPlugin{.version = 0};
    return &kPlugin;
}
