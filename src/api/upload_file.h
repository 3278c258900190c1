#pragma once

#include "base/crypto.h"
#include "base/result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace xos::api {

/// A file on its way in: written piece by piece under a name of its own, and there under its final
/// name only once it is whole and on disk. Goes again if that does not come. Not thread-safe.
class UploadFile {
public:
    /// Makes `path`, for its owner alone. Unavailable when the disk does not take it.
    static Result<std::unique_ptr<UploadFile>> create(std::string path);
    /// Goes on with what is at `path`, which stays there when this goes; makes it if need be. Reads
    /// all that is there.
    static Result<std::unique_ptr<UploadFile>> resume(std::string path);
    ~UploadFile();
    UploadFile(const UploadFile&) = delete;
    UploadFile& operator=(const UploadFile&) = delete;

    Result<void> append(std::string_view bytes);
    std::uint64_t size() const { return size_; }
    /// Ends the writing: what was written is on disk. Its SHA-256 in hexadecimal. Once.
    Result<std::string> finish();
    /// Gives it its final name.
    Result<void> rename_to(const std::string& path);
    /// Has it gone when this goes, after `resume` too.
    void discard() { stays_ = false; }

private:
    UploadFile(std::string path, int file) : path_(std::move(path)), file_(file) {}
    Result<void> read_present();

    std::string path_;  // Empty once it has its final name.
    const int file_;
    bool stays_ = false;
    std::uint64_t size_ = 0;
    Sha256 hash_;
};

}  // namespace xos::api
