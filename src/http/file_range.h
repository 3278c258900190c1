#pragma once

#include "base/result.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace xos::http {

/// A part of an open file, to be sent as a body of any size without holding it in memory.
///
/// Copies share the open file, which is closed with the last one. Thread-safe.
class FileRange {
public:
    /// The part of `path` from `offset`, `length` bytes or up to the end. NotFound when there is no
    /// such file, Invalid when the part is not inside it or it is not a regular file.
    static Result<FileRange> open(const std::string& path, std::uint64_t offset = 0,
                                  std::optional<std::uint64_t> length = std::nullopt);

    std::uint64_t size() const { return size_; }
    /// The size of the whole file when it was opened.
    std::uint64_t file_size() const { return file_size_; }

    /// Fills `to` from `at` bytes into the part; the number of bytes read, 0 only at its end or
    /// when the file has become shorter.
    Result<std::size_t> read(std::uint64_t at, std::span<char> to) const;

private:
    class Descriptor;

    FileRange() = default;

    std::shared_ptr<const Descriptor> file_;
    std::uint64_t offset_ = 0;
    std::uint64_t size_ = 0;
    std::uint64_t file_size_ = 0;
};

}  // namespace xos::http
