#include "http/sender.h"

#include "base/check.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace xos::http {
namespace {

constexpr std::size_t kFilePiece = 128U << 10U;

}  // namespace

Sender::Progress Sender::send(std::string head, Body body,
                              const std::shared_ptr<Transport::User>& user) {
    XOS_CHECK(!busy_, "one answer is sent at a time");
    head_ = std::move(head);
    body_ = std::move(body);
    views_.push_back(head_);
    if (const auto* file = std::get_if<FileRange>(&body_)) {
        file_at_ = 0;
        file_left_ = file->size();
    } else if (const std::string_view bytes = text_of(body_); !bytes.empty()) {
        views_.push_back(bytes);
    }
    busy_ = true;
    return pump(user);
}

Sender::Progress Sender::send_chunk(std::vector<StreamQueue::Piece> pieces, Framing framing,
                                    const std::shared_ptr<Transport::User>& user) {
    XOS_CHECK(!busy_, "one chunk is sent at a time");
    pieces_ = std::move(pieces);
    std::size_t size = 0;
    for (const auto& piece : pieces_)
        size += piece->size();
    if (framing == Framing::Chunked) {
        char text[24];
        const int length = std::snprintf(text, sizeof text, "%zx\r\n", size);
        head_.assign(text, static_cast<std::size_t>(length));
        views_.push_back(head_);
    }
    for (const auto& piece : pieces_)
        views_.push_back(*piece);
    if (framing == Framing::Chunked)
        views_.push_back("\r\n");
    busy_ = true;
    return pump(user);
}

Sender::Progress Sender::written(std::optional<std::size_t> count,
                                 const std::shared_ptr<Transport::User>& user) {
    if (!count)
        return Progress::Failed;
    advance(*count);
    return pump(user);
}

std::string Sender::take_head() {
    std::string head = std::exchange(head_, {});
    head.clear();
    return head;
}

Sender::Progress Sender::pump(const std::shared_ptr<Transport::User>& user) {
    while (true) {
        if (!refill())
            return Progress::Failed;
        const Transport::Pieces left = Transport::Pieces(views_).subspan(first_);
        if (left.empty()) {
            clear();
            return Progress::Done;
        }
        const auto count = transport_.try_write(left);
        if (!count)
            return Progress::Failed;
        if (*count == 0) {
            transport_.write(left, user);
            return Progress::Waiting;
        }
        advance(*count);
    }
}

void Sender::advance(std::size_t count) {
    while (count > 0 && first_ < views_.size()) {
        std::string_view& view = views_[first_];
        const std::size_t part = std::min(count, view.size());
        view.remove_prefix(part);
        count -= part;
        if (view.empty())
            ++first_;
    }
}

/// Reads the next part of a file once what was before it is written.
bool Sender::refill() {
    if (file_left_ == 0 || first_ < views_.size())
        return true;
    file_buffer_.resize(std::min<std::uint64_t>(kFilePiece, file_left_));
    const auto count = std::get<FileRange>(body_).read(file_at_, file_buffer_);
    if (!count || *count == 0)
        return false;
    file_at_ += *count;
    file_left_ -= *count;
    views_.assign({std::string_view(file_buffer_).substr(0, *count)});
    first_ = 0;
    return true;
}

void Sender::clear() {
    views_.clear();
    first_ = 0;
    pieces_.clear();
    body_ = std::string();
    std::string().swap(file_buffer_);
    busy_ = false;
}

}  // namespace xos::http
