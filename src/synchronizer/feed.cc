#include "synchronizer/feed.h"

#include <algorithm>

namespace xos::synchronizer {

namespace {

constexpr Duration kLookUp{60'000};

}  // namespace

Result<void> Feed::run() {
    delay_ = parts_.first_delay;
    while (!stopping_.is_stopped()) {
        auto opened = client::Watch::open(
            parts_.api, {.types = parts_.types, .query = {}, .since = parts_.mirror.position()});
        Result<void> ended;
        if (opened) {
            const std::shared_ptr<client::Watch> watch = std::move(*opened);
            watch_.with([&](auto& current) { current = watch; });
            if (stopping_.is_stopped())
                break;
            ended = follow(*watch);
            watch_.with([&](auto& current) { current.reset(); });
        } else {
            ended = opened.error();
        }
        if (ended.has_value() || ended.error().code() == ErrorCode::Gone)
            return ended;
        parts_.mirror.end_stream();
        if (stopping_.is_stopped())
            break;
        parts_.log.warning("the stream of changes has ended",
                           {{"error", ended.error()}, {"retry_ms", delay_.count()}});
        if (!stopping_.sleep(delay_))
            break;
        delay_ = std::min(delay_ * 2, parts_.longest_delay);
    }
    return {};
}

Result<void> Feed::follow(client::Watch& watch) {
    while (!stopping_.is_stopped()) {
        const auto event = TRY(watch.next(kLookUp));
        if (!event)
            continue;
        const auto delta = TRY(parts_.mirror.apply(*event));
        if (!delta)
            continue;
        delay_ = parts_.first_delay;
        parts_.take(*delta);
    }
    return {};
}

void Feed::stop() {
    stopping_.stop();
    watch_.with([](auto& current) {
        if (current)
            current->close();
    });
    parts_.api.interrupt();
}

}  // namespace xos::synchronizer
