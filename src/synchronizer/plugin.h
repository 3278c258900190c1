#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "base/object_id.h"
#include "base/random.h"
#include "base/result.h"
#include "synchronizer/driver.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace xos::schema {
struct Type;
}

namespace xos::synchronizer {

/// What a driver may ask the kernel for beside the model itself. Blocks; thread-safe.
class Requests {
public:
    virtual ~Requests() = default;

    /// The bytes of an object whose type has content, piece by piece. NotFound when none were
    /// uploaded. An error from `receive` ends it. Check them against `content_sha256`.
    virtual Result<void> read_content(const schema::Type& type, ObjectId id,
                                      std::function<Result<void>(std::string_view)> receive) = 0;

    /// The plaintext of a secret field, by its API name. PermissionDenied unless the manifest
    /// reads it.
    virtual Result<std::string> read_secret(ObjectId id, std::string_view field) = 0;
};

/// What a driver works with. All of it outlives the driver.
struct DriverContext {
    std::string service_dir;  ///< The folder of the service: what was built and installed of it.
    std::string data_dir;     ///< For its own files; exists and stays over restarts.
    std::string lineage;      ///< Of the model: part of the mark on everything that is made.
    const Clock& clock;
    Random& random;
    Log& log;
    Requests& requests;
};

/// Raised whenever a type that crosses the boundary changes.
inline constexpr int kPluginVersion = 1;

/// What `lib<service>.so` is. C++ types cross the boundary, since both sides are of one build.
struct Plugin {
    int version = kPluginVersion;  ///< Checked before anything else is read.
    Result<std::unique_ptr<Driver>> (*create_driver)(const DriverContext& context) = nullptr;
};

/// The one entry point of a plug-in, exported by this name.
using PluginEntry = const Plugin* (*)();
inline constexpr const char* kPluginEntryName = "xos_plugin";

}  // namespace xos::synchronizer

/// Defines the entry point, in one .cc of the plug-in: XOS_PLUGIN(create_driver), with
/// `Result<std::unique_ptr<Driver>> create_driver(const DriverContext&)`.
#define XOS_PLUGIN(create)                                                             \
    extern "C" __attribute__((visibility("default"))) const xos::synchronizer::Plugin* \
    xos_plugin() {                                                                     \
        static constexpr xos::synchronizer::Plugin kPlugin{                            \
            .version = xos::synchronizer::kPluginVersion, .create_driver = create};    \
        return &kPlugin;                                                               \
    }                                                                                  \
    static_assert(true, "a semicolon follows")
