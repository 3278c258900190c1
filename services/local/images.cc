#include "services/local/images.h"

#include "base/crypto.h"
#include "base/file.h"
#include "services/local/descriptor.h"
#include "services/local/files.h"
#include "services/local/process.h"
#include "services/local/system_error.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>

namespace xos::local {

namespace {

constexpr std::string_view kDraft = "draft-";
constexpr Duration kUnpackDeadline{600'000};

bool is_checksum(std::string_view text) {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

Result<std::string> checksum_of(const std::string& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file)
        return system_error("read " + path);
    Sha256 sum;
    std::string buffer(1 << 18, '\0');
    while (true) {
        const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
        if (count < 0 && errno != EINTR)
            return system_error("read " + path);
        if (count == 0)
            return to_hex(sum.finish());
        if (count > 0)
            sum.add({buffer.data(), static_cast<std::size_t>(count)});
    }
}

Result<void> check_rootfs(const std::string& folder) {
    struct stat info {};
    for (const char* path : {"/etc", "/root"}) {
        if (::lstat((folder + path).c_str(), &info) != 0 || !S_ISDIR(info.st_mode))
            return Error(ErrorCode::Invalid, std::string("the archive is no root file system: \"") +
                                                 path + "\" is no folder in it");
    }
    if (!exists(folder + "/bin"))
        return Error(ErrorCode::Invalid, "the archive is no root file system: it has no \"/bin\"");
    return {};
}

}  // namespace

/// The folder `name`. Where it is missing `fill` makes it under another name first, so that what a
/// killed process left half made is never taken for it.
template <class Fill>
Result<std::string> Images::make(const std::string& name, Fill&& fill) const {
    const std::string target = layout_.images() + "/" + name;
    if (exists(target))
        return target;
    static std::atomic<unsigned> counter{0};
    const std::string draft = layout_.images() + "/" + std::string(kDraft) +
                              std::to_string(::getpid()) + "-" +
                              std::to_string(counter.fetch_add(1));
    TRY(remove_tree(draft));
    TRY(make_directories(draft));
    Result<void> filled = fill(draft);
    if (filled && ::rename(draft.c_str(), target.c_str()) != 0 && errno != EEXIST &&
        errno != ENOTEMPTY)
        filled = system_error("rename " + draft);
    const Result<void> removed = remove_tree(draft);
    if (!filled)
        return std::move(filled).error();
    if (!removed)
        return removed.error();
    return target;
}

Result<BuiltinRootfs> Images::plan_builtin() const {
    const auto known = builtin_.with([](const auto& last) { return last; });
    if (known && known->stamp == stamp_of(known->sources))
        return *known;
    BuiltinRootfs plan = TRY(plan_builtin_rootfs());
    builtin_.with([&](auto& last) { last = plan; });
    return plan;
}

Result<std::string> Images::builtin() const {
    const BuiltinRootfs plan = TRY(plan_builtin());
    return make("builtin-" + plan.checksum.substr(0, 16),
                [&](const std::string& draft) { return fill_builtin_rootfs(plan, draft); });
}

Result<std::string> Images::unpack(const std::string& file, std::string_view sha256) const {
    if (!is_checksum(sha256))
        return Error(ErrorCode::Invalid, "\"" + std::string(sha256) + "\" is no SHA-256 checksum");
    return make(std::string(sha256), [&](const std::string& draft) -> Result<void> {
        const std::string found = TRY(checksum_of(file));
        if (found != sha256)
            return Error(ErrorCode::Invalid,
                         "the archive's checksum is " + found + ", not " + std::string(sha256));
        const auto unpacked =
            run_checked({.words = {"tar", "--extract", "--numeric-owner", "--same-permissions",
                                   "--file", file, "--directory", draft},
                         .deadline = kUnpackDeadline});
        if (!unpacked)
            return Error(ErrorCode::Invalid, unpacked.error().message()).in("unpack the archive");
        return check_rootfs(draft);
    });
}

Result<std::string> Images::find(std::string_view sha256) const {
    const std::string folder = layout_.images() + "/" + std::string(sha256);
    if (!is_checksum(sha256) || !exists(folder))
        return Error(ErrorCode::NotFound, "image " + std::string(sha256) + " is not unpacked here");
    return folder;
}

Result<void> Images::remove(std::string_view sha256) const {
    const auto folder = find(sha256);
    if (!folder)
        return {};
    // First out of sight, so that no instance starts from the half that is left.
    const std::string draft =
        layout_.images() + "/" + std::string(kDraft) + "removed-" + std::string(sha256);
    if (::rename(folder->c_str(), draft.c_str()) != 0)
        return system_error("rename " + *folder);
    return remove_tree(draft);
}

Result<void> Images::sweep() const {
    for (const std::string& name : TRY(list_directory(layout_.images()))) {
        if (name.starts_with(kDraft))
            TRY(remove_tree(layout_.images() + "/" + name));
    }
    return {};
}

Result<std::vector<std::string>> Images::list() const {
    std::vector<std::string> names = TRY(list_directory(layout_.images()));
    std::erase_if(names, [](const std::string& name) { return name.starts_with(kDraft); });
    return names;
}

}  // namespace xos::local
