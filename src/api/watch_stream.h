#pragma once

#include "api/change_log.h"
#include "api/watch_filter.h"
#include "http/stream.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace xos::api {

/// Where a stream is to start.
struct Since {
    enum class Kind : std::uint8_t {
        Now,      ///< With what comes next.
        Present,  ///< With the present state.
        Revision,
    };
    Kind kind = Kind::Now;
    std::string lineage;
    xos::Revision revision;
};

/// Reads "0" or "lineage-revision"; Malformed otherwise.
Result<Since> parse_since(std::string_view text);

/// One event stream on its way from where it starts to the newest revision. It takes a step at a
/// time: a piece of the present state, or one transition, so that a slow client costs no memory.
/// Touched by one thread.
class WatchStream {
public:
    struct Source {
        WatchFilter::Sources sources;
        const std::string& lineage;
        const ChangeLog& log;
        /// The newest version that `log` leads to or past.
        model::SnapshotPointer snapshot;
    };
    enum class Step : std::uint8_t {
        More,   ///< There is more to send.
        Ready,  ///< It is where the log ends: it is to be given each transition as it comes.
        Closed  ///< The client is gone or too slow.
    };

    WatchStream(http::Stream stream, std::shared_ptr<const WatchFilter> filter, Since since)
        : stream_(std::move(stream)), filter_(std::move(filter)), since_(std::move(since)) {}

    const WatchFilter& filter() const { return *filter_; }
    http::Stream& stream() { return stream_; }

    /// Sends the next piece.
    Step step(const Source& source);
    /// Sends a piece of text; false when the stream is closed.
    bool send(std::shared_ptr<const std::string> piece) { return stream_.send(std::move(piece)); }

private:
    void begin(const Source& source);
    void begin_present(const Source& source, std::string_view reason);
    Step send_present(const Source& source);
    Step send_transition(const Source& source);

    http::Stream stream_;
    const std::shared_ptr<const WatchFilter> filter_;
    const Since since_;
    bool begun_ = false;
    std::string pending_;             // To be sent in front of the next piece.
    model::SnapshotPointer present_;  // While its state is being sent.
    std::size_t leaf_ = 0;
    ObjectId after_;
    Revision position_;
    std::optional<Revision> told_;  // Of the last bookmark.
};

/// The id that the last event of a revision has.
std::string event_id(std::string_view lineage, Revision revision);
/// A bookmark: everything up to here was sent.
std::string bookmark(std::string_view lineage, Revision revision);

}  // namespace xos::api
