#include "api/upload_file.h"

#include "base/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace xos::api {

namespace {

constexpr std::size_t kPiece = 256U << 10U;

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

Result<std::unique_ptr<UploadFile>> UploadFile::resume(std::string path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0)
        return failed("created");
    std::unique_ptr<UploadFile> upload(new UploadFile(std::move(path), file));
    upload->stays_ = true;
    TRY(upload->read_present());
    return upload;
}

Result<void> UploadFile::read_present() {
    std::string piece(kPiece, '\0');
    while (true) {
        const ssize_t count = ::read(file_, piece.data(), piece.size());
        if (count < 0 && errno != EINTR)
            return failed("read");
        if (count == 0)
            return {};
        if (count > 0) {
            hash_.add(std::string_view(piece).substr(0, static_cast<std::size_t>(count)));
            size_ += static_cast<std::uint64_t>(count);
        }
    }
}

UploadFile::~UploadFile() {
    ::close(file_);
    if (!path_.empty() && !stays_)
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
