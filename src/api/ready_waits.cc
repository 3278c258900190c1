#include "api/ready_waits.h"

#include "api/executor.h"
#include "kernel/describe.h"
#include "kernel/kernel.h"

#include <iterator>

namespace xos::api {

namespace base = schema::base_field;
using model::Row;

namespace {

constexpr std::size_t kMostWaits = 10'000;

}  // namespace

std::shared_ptr<ReadyWaits> ReadyWaits::create(const Parts& parts, Services& services) {
    std::shared_ptr<ReadyWaits> waits(new ReadyWaits(parts, services));
    services.on_caught_up([weak = std::weak_ptr(waits)] {
        if (const auto self = weak.lock())
            self->look();
    });
    return waits;
}

ReadyWaits::State ReadyWaits::state_of(const Goal& goal) const {
    const auto snapshot = parts_.kernel.snapshot();
    const model::View view = snapshot->view();
    const Row* row = view.find(goal.object);
    if (!row)
        return State::Gone;
    if (!row->ready() || snapshot->revision() < goal.revision)
        return State::NotYet;
    const Row* owner = view.follow(*row, base::kBackendOwner);
    const auto name = owner ? view.type_of(*owner).find_field_index("name") : std::nullopt;
    if (!name)
        return State::Reached;
    const auto caught_up = services_.caught_up(std::string(owner->string(*name)));
    return caught_up && *caught_up >= goal.revision ? State::Reached : State::NotYet;
}

/// Whether the wait is over, one way or the other.
bool ReadyWaits::try_end(Wait& wait) const {
    if (!wait.call->responder.is_open())
        return true;
    switch (state_of(wait.goal)) {
        case State::Reached: wait.then(); return true;
        case State::Gone:
            wait.call->refuse({ErrorCode::NotFound, "the object is gone"});
            return true;
        case State::NotYet: break;
    }
    if (parts_.clock.now() < wait.until)
        return false;
    const auto snapshot = parts_.kernel.snapshot();
    const Row* row = snapshot->view().find(wait.goal.object);
    const std::string status = row ? std::string(row->string(base::kBackendStatus)) : "";
    wait.call->refuse({ErrorCode::Unavailable,
                       "the object is not ready yet" + (status.empty() ? "" : ": " + status)});
    return true;
}

void ReadyWaits::wait(const CallPointer& call, Goal goal, Then then) {
    Wait wait{call, goal, std::move(then), parts_.clock.now() + parts_.options.ready_timeout};
    if (try_end(wait))
        return;
    const bool is_in = waits_.with([&](auto& waits) {
        if (waits.size() >= kMostWaits)
            return false;
        waits.push_back(wait);
        return true;
    });
    if (!is_in)
        return call->refuse({ErrorCode::Throttled, "too many requests wait for objects"});
    parts_.workers.post_after(parts_.options.ready_timeout, [weak = weak_from_this()] {
        if (const auto self = weak.lock())
            self->look_now();
    });
    look();  // It may have become ready before the wait was noted.
}

void ReadyWaits::look() {
    if (waits_.with([](const auto& waits) { return waits.empty(); }))
        return;
    parts_.workers.post([weak = weak_from_this()] {
        if (const auto self = weak.lock())
            self->look_now();
    });
}

void ReadyWaits::look_now() {
    auto waits = waits_.with([](auto& all) { return std::exchange(all, {}); });
    std::erase_if(waits, [this](Wait& wait) { return try_end(wait); });
    waits_.with([&](auto& all) {
        all.insert(all.end(), std::make_move_iterator(waits.begin()),
                   std::make_move_iterator(waits.end()));
    });
}

}  // namespace xos::api
