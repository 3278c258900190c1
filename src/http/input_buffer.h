#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace xos::http {

/// Bytes that were read and are not yet understood: filled at the back, consumed at the front.
class InputBuffer {
public:
    bool is_empty() const { return begin_ == end_; }
    std::string_view view() const { return {bytes_.data() + begin_, end_ - begin_}; }

    /// Room for the next read: at least `least`, unless that would hold more than `most` in all;
    /// empty when so many are there. Precondition for this and `shrink`: no earlier room is in use.
    std::span<char> room(std::size_t least, std::size_t most);
    void commit(std::size_t count) { end_ += count; }
    void consume(std::size_t count) { begin_ += count; }
    /// Gives back what a long request needed, if it is empty.
    void shrink();

private:
    std::vector<char> bytes_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace xos::http
