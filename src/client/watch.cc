#include "client/watch.h"

#include "base/text.h"

namespace xos::client {

namespace {

std::optional<WatchEvent::Kind> kind_of(std::string_view name) {
    if (name == "put")
        return WatchEvent::Kind::Put;
    if (name == "remove")
        return WatchEvent::Kind::Remove;
    if (name == "bookmark")
        return WatchEvent::Kind::Bookmark;
    if (name == "reset")
        return WatchEvent::Kind::Reset;
    if (name == "schema")
        return WatchEvent::Kind::Schema;
    return std::nullopt;
}

Error malformed(const http::Event& event) {
    return Error{ErrorCode::Malformed, "event \"" + event.event + "\" is not as the API says"};
}

Result<void> read_put(const http::Event& event, Json& data, WatchEvent& out) {
    Json* object = data.find("object");
    if (!object || object->number("id") <= 0)
        return malformed(event);
    out.id = ObjectId{static_cast<std::uint64_t>(object->number("id"))};
    out.revision = Revision{static_cast<std::uint64_t>(object->number("revision"))};
    out.object = std::move(*object);
    if (const Json* changed = data.find("changed"); changed && changed->as_array()) {
        for (const Json& field : *changed->as_array()) {
            if (const std::string* name = field.as_string())
                out.changed.push_back(*name);
        }
    }
    return {};
}

}  // namespace

Result<Position> Position::parse(std::string_view text) {
    const std::size_t dash = text.rfind('-');
    const auto revision =
        dash == std::string_view::npos ? std::nullopt : parse_int(text.substr(dash + 1));
    if (!revision || *revision < 0 || dash == 0)
        return Error{ErrorCode::Malformed,
                     "\"" + std::string(text) + "\" is no position: wanted lineage-revision"};
    return Position{.lineage = std::string(text.substr(0, dash)),
                    .revision = Revision{static_cast<std::uint64_t>(*revision)}};
}

std::string Position::format() const {
    return lineage + "-" + std::to_string(revision.value);
}

Result<std::optional<WatchEvent>> WatchDecoder::decode(const http::Event& event) {
    const auto kind = kind_of(event.event);
    if (!kind)
        return std::optional<WatchEvent>();
    WatchEvent out{.kind = *kind};
    Json data = TRY(Json::parse(event.data.empty() ? "{}" : event.data));
    out.type = data.text("type");
    if (*kind == WatchEvent::Kind::Put) {
        TRY(read_put(event, data, out));
    } else {
        out.id = ObjectId{static_cast<std::uint64_t>(data.number("id"))};
        out.revision = Revision{static_cast<std::uint64_t>(data.number("revision"))};
    }
    // The stream repeats the last id on events that bring none.
    const bool is_new = !event.id.empty() && event.id != last_id_;
    if (is_new || (*kind == WatchEvent::Kind::Bookmark && !event.id.empty())) {
        out.position = TRY(Position::parse(event.id));
        last_id_ = event.id;
    }
    return std::optional<WatchEvent>(std::move(out));
}

Result<std::unique_ptr<Watch>> Watch::open(Api& api, const Options& options) {
    http::Query query;
    if (!options.types.empty())
        query.emplace_back("types", join(options.types, ","));
    if (!options.query.empty())
        query.emplace_back("q", options.query);
    query.emplace_back("since", options.since ? options.since->format() : "0");
    return std::unique_ptr<Watch>(
        new Watch(TRY(api.open_events("watch?" + http::format_query(query)))));
}

Result<std::optional<WatchEvent>> Watch::next(Duration timeout) {
    auto event = TRY(stream_->next(timeout));
    if (!event)
        return std::optional<WatchEvent>();
    return decoder_.decode(*event);
}

}  // namespace xos::client
