#pragma once

#include "base/json.h"
#include "base/object_id.h"
#include "base/result.h"
#include "client/api.h"
#include "http/message.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xos::client {

/// A point in the history of a model.
struct Position {
    std::string lineage;
    Revision revision;

    /// From "lineage-revision", as the ids of events are. Malformed otherwise.
    static Result<Position> parse(std::string_view text);
    std::string format() const;

    bool operator==(const Position&) const = default;
};

/// One event of a watch.
struct WatchEvent {
    enum class Kind : std::uint8_t {
        Put,       ///< `object` came or changed.
        Remove,    ///< The object is gone, or out of sight.
        Bookmark,  ///< All up to `revision` has been told.
        Reset,     ///< The present state follows; what it does not repeat until the next bookmark
                   ///< is gone.
        Schema,    ///< The types have changed.
    };
    Kind kind = Kind::Bookmark;
    std::string type;  ///< "core.Slice"
    ObjectId id;
    Json object;                       ///< As shown by the API.
    std::vector<std::string> changed;  ///< API names; empty for a new object.
    Revision revision;
    /// On the last event of a revision: where the watch stands now, to resume from.
    std::optional<Position> position;
};

/// Turns the events of one stream into those of a watch.
class WatchDecoder {
public:
    /// Nothing for an event of an unknown kind. Malformed when it is not as the API says.
    Result<std::optional<WatchEvent>> decode(const http::Event& event);

private:
    std::string last_id_;
};

/// A stream of changes. One thread at a time, but for `close`.
class Watch {
public:
    struct Options {
        std::vector<std::string> types;  ///< "core.Slice"; empty: all.
        std::string query;               ///< An expression; empty: every object.
        std::optional<Position> since;   ///< Nothing: from the present state on.
    };

    static Result<std::unique_ptr<Watch>> open(Api& api, const Options& options);

    /// The next event, or nothing when none came within `timeout`. Unavailable when the stream has
    /// ended: open another one from the last position.
    Result<std::optional<WatchEvent>> next(Duration timeout);
    /// Makes `next` return soon with Unavailable, for good. Thread-safe.
    void close() { stream_->close(); }

private:
    explicit Watch(std::unique_ptr<http::EventStream> stream) : stream_(std::move(stream)) {}

    const std::unique_ptr<http::EventStream> stream_;
    WatchDecoder decoder_;
};

}  // namespace xos::client
