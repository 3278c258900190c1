#include "http/input_buffer.h"

#include <algorithm>
#include <cstring>

namespace xos::http {
namespace {

constexpr std::size_t kSmall = 4U << 10U;

}  // namespace

std::span<char> InputBuffer::room(std::size_t least, std::size_t most) {
    const std::size_t held = end_ - begin_;
    if (held >= most)
        return {};
    if (begin_ > 0 && (held == 0 || bytes_.size() - end_ < least)) {
        std::memmove(bytes_.data(), bytes_.data() + begin_, held);
        begin_ = 0;
        end_ = held;
    }
    if (bytes_.size() - end_ < least) {
        const std::size_t wanted = std::max({end_ + least, bytes_.size() * 2, kSmall});
        bytes_.resize(std::max(bytes_.size(), std::min(wanted, most)));
    }
    return std::span<char>(bytes_).subspan(end_);
}

void InputBuffer::shrink() {
    if (bytes_.size() <= kSmall || !is_empty())
        return;
    std::vector<char>().swap(bytes_);
    begin_ = 0;
    end_ = 0;
}

}  // namespace xos::http
