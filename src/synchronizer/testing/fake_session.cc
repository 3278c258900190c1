#include "synchronizer/testing/fake_session.h"

#include "base/check.h"

#include <algorithm>

namespace xos::synchronizer {

struct FakeSession::Parts {
    Parts(FakeApi& api, FakeClock& clock, FakeRandom& random, Observations known)
        : observations(std::move(known)),
          mirror(api.schema()),
          queue(clock, random, {.jitter = 0}),
          statuses(clock),
          progress(clock),
          answers({clock, queue, waiting, progress, mirror}) {}

    Observations observations;
    Mirror mirror;
    WorkQueue queue;
    WaitIndex waiting;
    StatusQueue statuses;
    Progress progress;
    TaskAnswers answers;
    std::unique_ptr<Reconciler> reconciler;
    std::unique_ptr<Reporter> reporter;
    std::unique_ptr<RealityCheck> reality;
};

FakeSession::FakeSession(FakeApi& api, Driver& driver, FakeClock& clock,
                         std::vector<ObservationSource> observes)
    : api_(api),
      clock_(clock),
      log_(LogOptions{.level = LogLevel::Debug,
                      .write = [this](std::string_view line) { log_lines_.emplace_back(line); }}) {
    auto known = Observations::create(*api.schema(), "fake", std::move(observes));
    if (!known)
        check_failed(known.error().message(), __FILE__, __LINE__);
    parts_ = std::make_unique<Parts>(api, clock, random_, std::move(*known));
    auto reconciler = Reconciler::create({.observations = parts_->observations,
                                          .version = "1.0",
                                          .clock = clock_,
                                          .log = log_,
                                          .mirror = parts_->mirror,
                                          .queue = parts_->queue,
                                          .waiting = parts_->waiting,
                                          .statuses = parts_->statuses,
                                          .progress = parts_->progress,
                                          .driver = driver});
    if (!reconciler)
        check_failed(reconciler.error().message(), __FILE__, __LINE__);
    parts_->reconciler = std::move(*reconciler);
    parts_->reporter = std::make_unique<Reporter>(
        Reporter::Parts{.clock = clock_,
                        .statuses = parts_->statuses,
                        .mirror = parts_->mirror,
                        .reconciler = *parts_->reconciler,
                        .log = log_,
                        .send = [this](const client::StatusBatch& batch) {
                            return Result<client::StatusAnswer>(api_.post(batch));
                        }});
    parts_->reality =
        std::make_unique<RealityCheck>(driver, parts_->mirror, *parts_->reconciler, log_);
}

FakeSession::~FakeSession() = default;

bool FakeSession::receive() {
    for (const auto& event : api_.events_since(parts_->mirror.position())) {
        const auto delta = parts_->mirror.apply(event);
        if (!delta)
            return false;
        if (*delta)
            parts_->reconciler->take_delta(**delta);
    }
    return true;
}

std::size_t FakeSession::work() {
    std::size_t steps = 0;
    while (const auto step = parts_->reconciler->begin()) {
        parts_->reconciler->finish(*step, parts_->reconciler->act(*step));
        ++steps;
    }
    return steps;
}

void FakeSession::report() {
    for (auto sent = parts_->reporter->flush(); sent && *sent;)
        sent = parts_->reporter->flush();
}

void FakeSession::settle() {
    // Each round makes something: a step, or a revision. Many without an end are a bug.
    for (int round = 0; round < 1'000; ++round) {
        const Revision before = api_.revision();
        receive();
        const std::size_t steps = work();
        report();
        if (steps == 0 && api_.revision() == before)
            return;
    }
    check_failed("settle: there is no end to the work", __FILE__, __LINE__);
}

void FakeSession::settle_within(Duration most) {
    const TimePoint end = clock_.now() + most;
    for (settle(); clock_.now() < end; settle()) {
        auto next = end;
        for (const auto due : {parts_->queue.next_due(), parts_->reporter->next_due()})
            next = due ? std::min(next, *due) : next;
        clock_.advance(std::max(next - clock_.now(), Duration{1}));
    }
}

void FakeSession::look_at_reality() {
    receive();
    const auto looked = parts_->reality->run();
    XOS_CHECK(looked.has_value(), "look_at_reality");
}

Mirror& FakeSession::mirror() {
    return parts_->mirror;
}
Reconciler& FakeSession::reconciler() {
    return *parts_->reconciler;
}
WorkQueue& FakeSession::queue() {
    return parts_->queue;
}
WaitIndex& FakeSession::waiting() {
    return parts_->waiting;
}
RealityCheck& FakeSession::reality() {
    return *parts_->reality;
}

Json FakeSession::why(ObjectId id) {
    return parts_->answers.answer({.id = "1", .question = "why", .object = id});
}

}  // namespace xos::synchronizer
