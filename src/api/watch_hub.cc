#include "api/watch_hub.h"

#include "api/executor.h"
#include "api/problem.h"
#include "api/targets.h"
#include "kernel/kernel.h"

#include <algorithm>
#include <array>

namespace xos::api {

namespace {

/// A stream that gets nothing is told now and then how far it is, so that it can resume from there.
constexpr std::size_t kMostSilent = 256;
constexpr std::size_t kMostPending = 256U << 10U;
constexpr std::chrono::minutes kLookAgain{1};

constexpr std::array<std::string_view, 3> kParameters{"types", "q", "since"};

std::string parameter(const Call& call, std::string_view name) {
    const std::string* value = call.request.find_parameter(name);
    return value ? *value : "";
}

Result<Since> read_since(const Call& call) {
    if (const auto last = call.request.headers.find("Last-Event-ID"); last && !last->empty())
        return parse_since(*last);
    if (const std::string* since = call.request.find_parameter("since"))
        return parse_since(*since);
    return Since{};
}

}  // namespace

WatchHub::WatchHub(const Parts& parts, TextCache& texts)
    : parts_(parts),
      texts_(texts),
      lineage_(parts.kernel.journal().lineage()),
      log_(parts.kernel.snapshot()->revision(), parts.options.watch_memory),
      newest_(parts.kernel.snapshot()) {}

std::shared_ptr<WatchHub> WatchHub::create(const Parts& parts, TextCache& texts) {
    return std::shared_ptr<WatchHub>(new WatchHub(parts, texts));
}

WatchStream::Source WatchHub::source() const {
    return {{parts_.kernel.access(), texts_}, lineage_, log_, newest_};
}

std::size_t WatchHub::stream_count() const {
    return count_.load(std::memory_order_relaxed);
}

void WatchHub::announce(std::shared_ptr<const kernel::Announcement> announcement) {
    const bool was_empty = inbox_.with([&](auto& inbox) {
        inbox.push_back(std::move(announcement));
        return inbox.size() == 1;
    });
    if (was_empty)
        parts_.delivery.post([weak = weak_from_this()] {
            if (const auto self = weak.lock())
                self->pump();
        });
}

void WatchHub::pump() {
    const auto announcements = inbox_.with([](auto& inbox) { return std::exchange(inbox, {}); });
    for (const auto& announcement : announcements) {
        const auto transition = std::make_shared<const Transition>(announcement);
        newest_ = announcement->after;
        log_.add(transition);
        deliver(*transition);
    }
}

void WatchHub::deliver(const Transition& transition) {
    if (concerns_watchers(transition))
        close_unwelcome(transition);
    for (auto& [key, group] : groups_)
        deliver(transition, group);
    std::erase_if(groups_, [](const auto& one) { return one.second.entries.empty(); });
}

void WatchHub::deliver(const Transition& transition, Group& group) {
    if (group.entries.empty())
        return;
    const WatchFilter& filter = group.entries.front()->stream.filter();
    const std::string id = event_id(lineage_, transition.revision());
    std::string text = filter.render({parts_.kernel.access(), texts_}, transition, id);
    // Synchronizers report up to which revision they have seen everything.
    const bool is_service = filter.principal().kind == access::Principal::Kind::Service;
    if (text.empty() && (is_service || ++group.silent >= kMostSilent))
        text = bookmark(lineage_, transition.revision());
    if (text.empty())
        return;
    group.silent = 0;
    const auto piece = std::make_shared<const std::string>(std::move(text));
    std::erase_if(group.entries, [&](const EntryPointer& entry) {
        if (entry->stream.send(piece))
            return false;
        forget(entry);
        return true;
    });
}

bool WatchHub::concerns_watchers(const Transition& transition) const {
    return std::any_of(transition.edits.begin(), transition.edits.end(),
                       [&](const model::Edit& edit) { return watchers_.count(edit.id()) > 0; });
}

/// Closes the streams of those who may no longer have them as they are.
void WatchHub::close_unwelcome(const Transition& transition) {
    const model::View before = transition.announcement->before->view();
    const model::View after = transition.announcement->after->view();
    const access::Access& access = parts_.kernel.access();
    const auto is_edited = [&](ObjectId id) {
        const auto at = std::lower_bound(
            transition.edits.begin(), transition.edits.end(), id,
            [](const model::Edit& edit, ObjectId wanted) { return edit.id() < wanted; });
        return at != transition.edits.end() && at->id() == id;
    };
    std::vector<EntryPointer> unwelcome;
    for (const auto& [key, entry] : entries_) {
        const Identity& identity = entry->identity;
        const bool is_gone =
            identity.token.value != 0 && is_edited(identity.token) && !after.find(identity.token);
        const bool has_changed = is_edited(identity.principal.id) &&
                                 (!access::find_principal(after, identity.principal) ||
                                  access.sees_all(before, identity.principal) !=
                                      access.sees_all(after, identity.principal));
        if (is_gone || has_changed)
            unwelcome.push_back(entry);
    }
    for (const EntryPointer& entry : unwelcome) {
        entry->stream.stream().close();
        drop(entry);
    }
}

void WatchHub::open(const CallPointer& call) {
    const Reader reader(parts_.kernel.access(), parts_.kernel.snapshot(), call->identity.principal);
    std::vector<ErrorDetail> mistakes;
    check_parameters(*call, kParameters, mistakes);
    auto filter = WatchFilter::create(reader, {parameter(*call, "types"), parameter(*call, "q")});
    if (!filter)
        mistakes.insert(mistakes.end(), filter.error().details().begin(),
                        filter.error().details().end());
    auto since = read_since(*call);
    if (!since)
        mistakes.push_back(since.error().details()[0]);
    if (!mistakes.empty())
        return call->refuse(mistakes_error(ErrorCode::Invalid, std::move(mistakes)));
    const auto entry = std::make_shared<Entry>(
        Entry{WatchStream(call->open_events(), *filter, *since), call->identity, call->place});
    parts_.delivery.post([weak = weak_from_this(), entry] {
        if (const auto self = weak.lock())
            self->start(entry);
    });
}

void WatchHub::start(const EntryPointer& entry) {
    entries_.emplace(entry.get(), entry);
    count_.fetch_add(1, std::memory_order_relaxed);
    watchers_.insert(entry->identity.principal.id);
    watchers_.insert(entry->identity.token);
    entry->stream.stream().on_close([weak = weak_from_this(), weak_entry = std::weak_ptr(entry)] {
        const auto self = weak.lock();
        if (!self)
            return;
        self->parts_.delivery.post([weak, weak_entry] {
            const auto hub = weak.lock();
            const auto closed = weak_entry.lock();
            if (hub && closed)
                hub->drop(closed);
        });
    });
    watch_expiry(entry);
    go_on(entry);
}

void WatchHub::watch_expiry(const EntryPointer& entry) {
    if (!entry->identity.expires || entries_.count(entry.get()) == 0)
        return;
    const WallTime::duration left = *entry->identity.expires - parts_.wall_clock.now();
    if (left <= WallTime::duration::zero()) {
        entry->stream.stream().close();
        return drop(entry);
    }
    // The clock on the wall may be set, so it is looked at now and then.
    const auto delay = std::chrono::ceil<Duration>(std::min<WallTime::duration>(left, kLookAgain));
    parts_.delivery.post_after(delay, [weak = weak_from_this(), weak_entry = std::weak_ptr(entry)] {
        const auto hub = weak.lock();
        const auto open = weak_entry.lock();
        if (hub && open)
            hub->watch_expiry(open);
    });
}

/// Sends what the client takes without falling behind, and comes back when it has taken it.
void WatchHub::go_on(const EntryPointer& entry) {
    if (entries_.count(entry.get()) == 0)
        return;
    auto step = WatchStream::Step::More;
    while (step == WatchStream::Step::More && entry->stream.stream().pending_bytes() < kMostPending)
        step = entry->stream.step(source());
    switch (step) {
        case WatchStream::Step::Closed: forget(entry); return;
        case WatchStream::Step::Ready:
            groups_[entry->stream.filter().key()].entries.push_back(entry);
            return;
        case WatchStream::Step::More: break;
    }
    entry->stream.stream().on_drained([weak = weak_from_this(), weak_entry = std::weak_ptr(entry)] {
        const auto self = weak.lock();
        if (!self)
            return;
        self->parts_.delivery.post([weak, weak_entry] {
            const auto hub = weak.lock();
            const auto drained = weak_entry.lock();
            if (hub && drained)
                hub->go_on(drained);
        });
    });
}

void WatchHub::drop(const EntryPointer& entry) {
    const auto group = groups_.find(entry->stream.filter().key());
    if (group != groups_.end())
        std::erase(group->second.entries, entry);
    forget(entry);
}

void WatchHub::forget(const EntryPointer& entry) {
    if (entries_.erase(entry.get()) == 0)
        return;
    count_.fetch_sub(1, std::memory_order_relaxed);
    for (const ObjectId id : {entry->identity.principal.id, entry->identity.token})
        watchers_.erase(watchers_.find(id));
}

}  // namespace xos::api
