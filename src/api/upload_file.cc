#include "api/upload_file.h"

#include "base/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace xos::api {

namespace {

Error failed(std::string_view what) {
    const int code = errno;
    return Error{ErrorCode::Unavailable, "the content could not be " + std::string(what) + ": " +
                                             std::generic_category().message(code)};
}

}  // namespace

Result<std::unique_ptr<UploadFile>> UploadFile::create(std::string path) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return failed("created");
    return std::unique_ptr<UploadFile>(new UploadFile(std::move(path), file));
}

UploadFile::~UploadFile() {
    ::close(file_);
    if (!path_.empty())
        ::unlink(path_.c_str());
}

Result<void> UploadFile::append(std::string_view bytes) {
    hash_.add(bytes);
    size_ += bytes.size();
    while (!bytes.empty()) {
        const ssize_t count = ::write(file_, bytes.data(), bytes.size());
        if (count < 0 && errno != EINTR)
            return failed("written");
        if (count > 0)
            bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

Result<std::string> UploadFile::finish() {
    if (::fsync(file_) != 0)
        return failed("kept");
    return to_hex(hash_.finish());
}

Result<void> UploadFile::rename_to(const std::string& path) {
    if (std::rename(path_.c_str(), path.c_str()) != 0)
        return failed("kept");
    path_.clear();
    return sync_directory(path.substr(0, path.rfind('/')));
}

}  // namespace xos::api
