#include "supervisor/line_buffer.h"

#include <unistd.h>

#include <cerrno>

namespace xos::supervisor {

namespace {

constexpr std::size_t kLongestLine = std::size_t{64} << 10;

}  // namespace

void LineBuffer::add(std::string_view bytes, const std::function<void(std::string_view)>& use) {
    for (const char c : bytes) {
        if (c != '\n') {
            partial_.push_back(c);
            if (partial_.size() < kLongestLine)
                continue;
        }
        use(partial_);
        partial_.clear();
    }
}

bool LineBuffer::read_from(int fd, const std::function<void(std::string_view)>& use) {
    char bytes[16384];
    while (true) {
        const ssize_t count = ::read(fd, bytes, sizeof bytes);
        if (count > 0)
            add({bytes, static_cast<std::size_t>(count)}, use);
        else if (count == 0 || (errno != EINTR && errno != EAGAIN))
            return false;
        else if (errno == EAGAIN)
            return true;
    }
}

}  // namespace xos::supervisor
