#pragma once

#include "base/guarded.h"
#include "base/result.h"
#include "services/local/builtin_rootfs.h"
#include "services/local/layout.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xos::local {

/// The root file systems that instances start from: each one folder by checksum, made once, shared
/// by all instances as the lower layer of their disks and never written to again.
///
/// A folder appears whole, by renaming. Any thread; the same image asked for by two is made by one
/// or by both, with one outcome.
class Images {
public:
    /// `layout` must outlive it.
    explicit Images(const Layout& layout) : layout_(layout) {}

    /// The folder of the image made of this host's packages busybox-static and dropbear, which it
    /// makes unless it is there for the very files that are installed.
    Result<std::string> builtin() const;

    /// The folder of the unpacked archive at `file` (tar, also compressed by gzip, xz or zstd),
    /// which it makes unless it is there. Invalid when the archive has another checksum, or is no
    /// root file system.
    Result<std::string> unpack(const std::string& file, std::string_view sha256) const;

    /// The folder of an image that was unpacked; NotFound before that.
    Result<std::string> find(std::string_view sha256) const;

    /// Removes an unpacked image. Precondition: no instance uses it.
    Result<void> remove(std::string_view sha256) const;

    /// Removes what killed processes left half made. Precondition: no other process makes images.
    Result<void> sweep() const;

    /// The names of the folders that are there.
    Result<std::vector<std::string>> list() const;

private:
    template <class Fill>
    Result<std::string> make(const std::string& name, Fill&& fill) const;

    Result<BuiltinRootfs> plan_builtin() const;

    const Layout& layout_;
    /// What the built-in image was last made of: asked for at each step of each instance, it is
    /// read and summed up again only when a file has changed.
    mutable Guarded<std::optional<BuiltinRootfs>> builtin_;
};

}  // namespace xos::local
