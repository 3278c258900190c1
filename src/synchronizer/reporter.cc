#include "synchronizer/reporter.h"

#include <algorithm>

namespace xos::synchronizer {

namespace {

/// Whether it is the connection, and not what was sent, that is at fault.
bool can_come_later(const Error& error) {
    return error.retryable() || error.code() == ErrorCode::Unauthenticated ||
           error.code() == ErrorCode::PermissionDenied || error.code() == ErrorCode::Internal;
}

std::string describe(const Error& error) {
    std::string text = error.message();
    for (const ErrorDetail& detail : error.details())
        text += "; " + detail.field + " " + detail.message;
    return text;
}

}  // namespace

Result<bool> Reporter::flush() {
    // First how far it has caught up, then the outcomes: none that it counts is left out then.
    const Revision caught_up = parts_.reconciler.caught_up();
    client::StatusBatch batch{.items = parts_.statuses.take(*parts_.mirror.snapshot(), kBatch)};
    const TimePoint now = parts_.clock.now();
    const bool is_all = batch.items.size() < kBatch;
    if (is_all && caught_up > reported_ && (!batch.items.empty() || now >= next_report_))
        batch.caught_up = caught_up;
    if (batch.items.empty() && !batch.caught_up)
        return false;
    const auto answer = parts_.send(batch);
    if (!answer && can_come_later(answer.error())) {
        parts_.statuses.give_back(std::move(batch.items));
        return answer.error();
    }
    if (!answer) {
        parts_.log.error("a batch of statuses was refused", {{"error", answer.error()}});
        send_singly(batch.items);
        return true;
    }
    log_refusals(*answer);
    parts_.statuses.confirm(batch.items, answer->revision);
    if (batch.caught_up) {
        reported_ = *batch.caught_up;
        next_report_ = now + parts_.pace;
    }
    return true;
}

std::optional<TimePoint> Reporter::next_due() const {
    const auto due = parts_.statuses.next_due();
    if (parts_.reconciler.caught_up() <= reported_)
        return due;
    return due ? std::min(*due, next_report_) : next_report_;
}

void Reporter::send_singly(const std::vector<client::StatusItem>& items) {
    for (const client::StatusItem& item : items) {
        const auto answer = parts_.send({.caught_up = {}, .items = {item}});
        if (answer) {
            log_refusals(*answer);
            parts_.statuses.confirm({item}, answer->revision);
            continue;
        }
        if (can_come_later(answer.error())) {
            parts_.statuses.give_back({item});
            continue;
        }
        parts_.log.error("a status was refused",
                         {{"object", item.id.value}, {"error", answer.error()}});
        parts_.statuses.confirm({item}, {});
        // What an actuator has found does not fit the model. That is its mistake, and people look
        // for it where the object is.
        if (!item.feedback.is_null())
            parts_.statuses.add({.id = item.id,
                                 .goal_revision = item.goal_revision,
                                 .state = client::StatusItem::State::Failed,
                                 .code = std::string(to_string(answer.error().code())),
                                 .text = "what was found is refused: " + describe(answer.error())});
    }
}

void Reporter::log_refusals(const client::StatusAnswer& answer) {
    for (const auto& refusal : answer.refusals) {
        parts_.log.info(
            "a status does not fit any more",
            {{"object", refusal.id.value}, {"error", refusal.error}, {"detail", refusal.detail}});
    }
}

}  // namespace xos::synchronizer
