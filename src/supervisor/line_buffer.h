#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace xos::supervisor {

/// Cuts a stream of bytes into lines. A line over 64 KiB is cut there.
class LineBuffer {
public:
    /// Calls `use` with each line that `bytes` completes, without its end.
    void add(std::string_view bytes, const std::function<void(std::string_view)>& use);

    /// Reads what the non-blocking `fd` has. False at its end.
    bool read_from(int fd, const std::function<void(std::string_view)>& use);

private:
    std::string partial_;
};

}  // namespace xos::supervisor
