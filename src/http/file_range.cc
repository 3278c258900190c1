#include "http/file_range.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace xos::http {

class FileRange::Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0)
            ::close(number_);
    }
    int number() const { return number_; }

private:
    const int number_;
};

namespace {

Error file_error(const std::string& path, int number) {
    const ErrorCode code = number == ENOENT || number == ENOTDIR ? ErrorCode::NotFound
                           : number == EACCES                    ? ErrorCode::PermissionDenied
                                                                 : ErrorCode::Internal;
    return {code, "file \"" + path + "\": " + std::generic_category().message(number)};
}

}  // namespace

Result<FileRange> FileRange::open(const std::string& path, std::uint64_t offset,
                                  std::optional<std::uint64_t> length) {
    // NONBLOCK: opening a named pipe must not wait for a writer.
    auto file = std::make_shared<Descriptor>(
        ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (file->number() < 0)
        return file_error(path, errno);
    struct stat found {};
    if (::fstat(file->number(), &found) != 0)
        return file_error(path, errno);
    if (!S_ISREG(found.st_mode))
        return Error{ErrorCode::Invalid, "file \"" + path + "\": wants a regular file"};

    FileRange range;
    range.file_size_ = static_cast<std::uint64_t>(found.st_size);
    if (offset > range.file_size_ || length.value_or(0) > range.file_size_ - offset)
        return Error{ErrorCode::Invalid, "file \"" + path + "\": has only " +
                                             std::to_string(range.file_size_) + " bytes"};
    range.file_ = std::move(file);
    range.offset_ = offset;
    range.size_ = length.value_or(range.file_size_ - offset);
    return range;
}

Result<std::size_t> FileRange::read(std::uint64_t at, std::span<char> to) const {
    if (at >= size_)
        return std::size_t{0};
    const std::size_t wanted = std::min<std::uint64_t>(to.size(), size_ - at);
    while (true) {
        const ssize_t count =
            ::pread(file_->number(), to.data(), wanted, static_cast<off_t>(offset_ + at));
        if (count >= 0)
            return static_cast<std::size_t>(count);
        if (errno != EINTR)
            return file_error("", errno);
    }
}

}  // namespace xos::http
