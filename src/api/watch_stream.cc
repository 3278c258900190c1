#include "api/watch_stream.h"

#include "base/text.h"
#include "http/message.h"

namespace xos::api {

using model::Row;

namespace {

constexpr std::size_t kPiece = 256U << 10U;
/// A step looks at so many objects at most, for other streams want their turn.
constexpr std::size_t kMostLookedAt = 4000;

}  // namespace

Result<Since> parse_since(std::string_view text) {
    Since since;
    if (text == "0") {
        since.kind = Since::Kind::Present;
        return since;
    }
    const std::size_t dash = text.rfind('-');
    const auto revision =
        dash == std::string_view::npos ? std::nullopt : parse_int(text.substr(dash + 1));
    if (!revision || *revision < 0 || dash == 0)
        return Error{ErrorCode::Malformed,
                     "since wants 0 or the id of an event",
                     {{"since", "wants 0 or the id of an event"}}};
    since.kind = Since::Kind::Revision;
    since.lineage = std::string(text.substr(0, dash));
    since.revision = Revision{static_cast<std::uint64_t>(*revision)};
    return since;
}

std::string event_id(std::string_view lineage, Revision revision) {
    return std::string(lineage) + "-" + std::to_string(revision.value);
}

std::string bookmark(std::string_view lineage, Revision revision) {
    return http::format_event({.id = event_id(lineage, revision),
                               .event = "bookmark",
                               .data = "{\"revision\":" + std::to_string(revision.value) + "}"});
}

void WatchStream::begin(const Source& source) {
    begun_ = true;
    position_ = source.log.end();
    switch (since_.kind) {
        case Since::Kind::Now: return;
        case Since::Kind::Present: begin_present(source, ""); return;
        case Since::Kind::Revision: break;
    }
    if (since_.lineage != source.lineage)
        begin_present(source, "this is another history");
    else if (!source.log.covers(since_.revision))
        begin_present(source, "what came since is not kept");
    else
        position_ = since_.revision;
}

void WatchStream::begin_present(const Source& source, std::string_view reason) {
    if (!reason.empty())
        pending_ += http::format_event(
            {.id = "", .event = "reset", .data = "{\"reason\":\"" + std::string(reason) + "\"}"});
    present_ = source.snapshot;
    leaf_ = 0;
    after_ = {};
}

WatchStream::Step WatchStream::step(const Source& source) {
    if (!begun_)
        begin(source);
    if (!present_ && !source.log.covers(position_))
        begin_present(source, "the client was too slow");
    if (present_)
        return send_present(source);
    return send_transition(source);
}

WatchStream::Step WatchStream::send_present(const Source& source) {
    const Reader reader(source.sources.access, present_, filter_->principal(),
                        &source.sources.texts);
    std::string text = std::exchange(pending_, {});
    std::size_t looked_at = 0;
    while (leaf_ < filter_->leaves().size()) {
        bool is_full = false;
        present_->view().for_each(
            filter_->leaves()[leaf_],
            [&](const Row& row) {
                after_ = row.id();
                if (filter_->shows(reader, row))
                    WatchFilter::append_put(text, reader, row);
                is_full = text.size() >= kPiece || ++looked_at >= kMostLookedAt;
                return !is_full;
            },
            after_);
        if (is_full)
            break;
        ++leaf_;
        after_ = {};
    }
    if (leaf_ == filter_->leaves().size()) {
        position_ = present_->revision();
        present_ = nullptr;
        text += bookmark(source.lineage, position_);
        told_ = position_;
    }
    if (text.empty())
        return Step::More;
    return send(std::make_shared<const std::string>(std::move(text))) ? Step::More : Step::Closed;
}

WatchStream::Step WatchStream::send_transition(const Source& source) {
    std::string text = std::exchange(pending_, {});
    const auto transition = source.log.next(position_);
    if (transition) {
        position_ = transition->revision();
        text += filter_->render(source.sources, *transition, event_id(source.lineage, position_));
    } else if (told_ != source.log.end()) {
        text += bookmark(source.lineage, source.log.end());
    }
    if (!text.empty() && !send(std::make_shared<const std::string>(std::move(text))))
        return Step::Closed;
    return transition ? Step::More : Step::Ready;
}

}  // namespace xos::api
