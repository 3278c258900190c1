#include "synchronizer/reconciler.h"

#include "expression/evaluator.h"
#include "synchronizer/affected.h"
#include "synchronizer/dependencies.h"
#include "synchronizer/inputs.h"

#include <exception>

namespace xos::synchronizer {

namespace base = schema::base_field;
using client::StatusItem;
using model::Row;

namespace {

/// How long an outcome that is likely to be followed by a better one stays unsaid.
constexpr Duration kPatience{300};
constexpr Duration kPrepareAgain{1'000};

std::string describe(model::View view, ObjectId id) {
    const Row* row = view.find(id);
    if (!row)
        return "object " + std::to_string(id.value);
    const schema::Type& type = view.type_of(*row);
    std::string text = type.name + " " + std::to_string(id.value);
    const auto name = type.find_field_index("name");
    if (name && *name < type.fields.size() && !row->is_null(*name))
        text += " \"" + std::string(row->string(*name)) + "\"";
    return text;
}

}  // namespace

Result<std::unique_ptr<Reconciler>> Reconciler::create(Parts parts) {
    auto reconciler = std::unique_ptr<Reconciler>(new Reconciler(std::move(parts)));
    for (const Observation& one : reconciler->parts_.observations.all()) {
        Actuator* actuator = reconciler->parts_.driver.find_actuator(one.source.actuator);
        if (!actuator)
            return Error{ErrorCode::Invalid,
                         "the plug-in has no actuator \"" + one.source.actuator + "\""};
        reconciler->actuators_.push_back(actuator);
    }
    return reconciler;
}

void Reconciler::take_delta(const MirrorDelta& delta) {
    const model::View view = delta.after->view();
    const Row* service = parts_.observations.find_service(view);
    const ObjectId id = service ? service->id() : ObjectId{};
    const bool is_new_service =
        service_.with([&](ObjectId& known) { return std::exchange(known, id) != id; });
    const Revision revision = delta.after->revision();
    if (is_new_service) {
        enqueue_all(*delta.after);
    } else {
        for (const ObjectId affected : find_affected(view, parts_.observations, delta.edits)) {
            const Row* row = view.find(affected);
            if (row && parts_.observations.find_duty(view, *row, id))
                parts_.queue.add(affected, revision);
        }
    }
    for (const model::Edit& edit : delta.edits) {
        for (const ObjectId waiter : parts_.waiting.waiters_of(edit.id()))
            parts_.queue.add(waiter, revision);
    }
    taken_.store(revision.value);
}

void Reconciler::enqueue_all(const model::Snapshot& snapshot) {
    const model::View view = snapshot.view();
    const ObjectId service = service_.with([](ObjectId id) { return id; });
    for (const Observation& one : parts_.observations.all()) {
        view.for_each(one.type, [&](const Row& row) {
            if (parts_.observations.find_duty(view, row, service))
                parts_.queue.add(row.id(), snapshot.revision());
            return true;
        });
    }
}

void Reconciler::check_all() {
    const auto snapshot = parts_.mirror.snapshot();
    const ObjectId service = service_.with([](ObjectId id) { return id; });
    std::vector<ObjectId> ids;
    for (const Observation& one : parts_.observations.all()) {
        snapshot->view().for_each(one.type, [&](const Row& row) {
            const auto duty = parts_.observations.find_duty(snapshot->view(), row, service);
            if (duty && !duty->observation->is_follower())
                ids.push_back(row.id());
            return true;
        });
    }
    check(ids);
}

void Reconciler::check(const std::vector<ObjectId>& ids) {
    for (const ObjectId id : ids) {
        force(id);
        parts_.queue.add(id, {}, WorkQueue::Urgency::Background);
    }
}

void Reconciler::force(ObjectId id) {
    forced_.with([&](auto& forced) { forced.insert(id); });
}

bool Reconciler::take_forced(ObjectId id) {
    return forced_.with([&](auto& forced) { return forced.erase(id) > 0; });
}

std::shared_ptr<Step> Reconciler::begin() {
    while (const auto id = parts_.queue.take()) {
        if (auto step = prepare(*id))
            return step;
    }
    return nullptr;
}

std::shared_ptr<Step> Reconciler::prepare(ObjectId id) {
    auto step = std::make_shared<Step>();
    step->id = id;
    step->snapshot = parts_.mirror.snapshot();
    step->forced = take_forced(id);
    const model::View view = step->snapshot->view();
    const Row* row = view.find(id);
    const ObjectId service = service_.with([](ObjectId known) { return known; });
    const auto duty = row ? parts_.observations.find_duty(view, *row, service) : std::nullopt;
    if (!duty) {
        parts_.waiting.remove(id);
        parts_.progress.forget(id);
        parts_.queue.done(id);
        return nullptr;
    }
    step->duty = *duty;
    step->goal = row->goal_revision();
    step->actuator =
        actuators_[static_cast<std::size_t>(duty->observation - parts_.observations.all().data())];
    if (!duty->observation->is_follower()) {
        if (is_real(*step, *row)) {
            parts_.waiting.remove(id);
            parts_.queue.done(id);
            return nullptr;
        }
        if (has_to_wait(*step, *row))
            return nullptr;
        step->inputs = hash_inputs(view, *duty->observation, *row, parts_.version);
    }
    parts_.waiting.remove(id);
    parts_.progress.start(id);
    return step;
}

bool Reconciler::is_real(const Step& step, const Row& row) const {
    return !step.forced && step.duty.wanted == Duty::Wanted::Present &&
           row.integer(base::kBackendCode) == 1 && !row.is_null(base::kSyncedRevision) &&
           row.integer(base::kSyncedRevision) >= static_cast<std::int64_t>(step.goal.value) &&
           row.string(base::kBackendInputs) ==
               hash_inputs(step.snapshot->view(), *step.duty.observation, row, parts_.version);
}

bool Reconciler::has_to_wait(Step& step, const Row& row) {
    const model::View view = step.snapshot->view();
    std::vector<ObjectId> circle;
    const auto blocker =
        find_blocker(view, parts_.observations, {row, step.duty}, [&](ObjectId dependency) {
            auto chain = parts_.waiting.find_circle(step.id, dependency);
            if (chain.empty())
                return true;
            circle = std::move(chain);
            return false;
        });
    if (blocker) {
        const bool absent = step.duty.wanted == Duty::Wanted::Absent;
        wait(step, *blocker,
             (absent ? "waits until it is gone: " : "waits until it is ready: ") +
                 describe(view, *blocker));
        return true;
    }
    if (!circle.empty()) {
        std::string text = describe(view, step.id);
        for (const ObjectId one : circle)
            text += " -> " + describe(view, one);
        parts_.log.warning("objects wait for one another in a circle", {{"circle", text}});
        step.writer.log("goes on although objects wait for one another in a circle: " + text);
    }
    const Observation& observation = *step.duty.observation;
    if (step.duty.wanted == Duty::Wanted::Absent || !observation.ready_when ||
        expression::Evaluator(view).holds(*observation.ready_when, {.object = &row, .old = &row}))
        return false;
    parts_.waiting.remove(step.id);
    wait(step, {}, "waits until " + observation.source.ready_when);
    return true;
}

void Reconciler::wait(Step& step, ObjectId dependency, std::string reason) {
    StatusItem item{.state = StatusItem::State::Waiting, .text = std::move(reason)};
    if (step.forced)
        force(step.id);
    if (dependency.value != 0) {
        item.waiting_for = dependency;
        if (!parts_.waiting.add(step.id, dependency))
            parts_.queue.add(step.id);  // Another closed the circle first: look again.
    }
    report(step, std::move(item), kPatience);
    // What is waited for may have changed between the step's snapshot and the entry in the index.
    const auto newest = parts_.mirror.snapshot();
    const Row* then = step.snapshot->view().find(dependency);
    const Row* now = newest->view().find(dependency);
    const bool moved = (then == nullptr) != (now == nullptr) ||
                       (then && now && then->revision() != now->revision());
    if (moved)
        parts_.queue.add(step.id, newest->revision());
    parts_.queue.done(step.id);
}

Result<void> Reconciler::prepare_driver() {
    std::scoped_lock lock(preparing_);
    if (preparation_.done)
        return {};
    if (preparation_.error && parts_.clock.now() < preparation_.next)
        return *preparation_.error;
    auto prepared = parts_.driver.prepare();
    preparation_.done = prepared.has_value();
    if (preparation_.done)
        return {};
    // Whatever is wrong may be put right outside of the model, so it is tried again.
    auto error =
        Error{ErrorCode::Unavailable, prepared.error().message()}.in("the driver is not ready");
    if (preparation_.error != error)
        parts_.log.error("cannot work", {{"error", error}});
    preparation_.error = error;
    preparation_.next = parts_.clock.now() + kPrepareAgain;
    return error;
}

Result<Outcome> Reconciler::act(Step& step) {
    try {
        TRY(prepare_driver());
        if (step.duty.wanted == Duty::Wanted::Present)
            return step.actuator->reconcile(*step.snapshot, step.id, step.writer);
        return step.actuator->remove(*step.snapshot, step.id, step.writer);
    } catch (const std::exception& exception) {
        return Error{ErrorCode::Internal,
                     std::string("the actuator threw an exception: ") + exception.what()};
    } catch (...) {
        return Error{ErrorCode::Internal, "the actuator threw an exception of an unknown kind"};
    }
}

void Reconciler::finish(Step& step, Result<Outcome> outcome) {
    parts_.progress.add_lines(step.id, step.writer.lines());
    if (!outcome) {
        fail(step, outcome.error());
        return;
    }
    if (const auto* done = std::get_if<Done>(&*outcome)) {
        finish_done(step, *done);
        return;
    }
    if (const auto* again = std::get_if<LookAgain>(&*outcome)) {
        if (step.forced)
            force(step.id);
        report(step, {.state = StatusItem::State::Working}, kPatience);
        parts_.queue.put_off(step.id, again->delay);
        return;
    }
    const auto& dependency = std::get<WaitFor>(*outcome);
    const model::View view = step.snapshot->view();
    if (!parts_.waiting.find_circle(step.id, dependency.dependency).empty()) {
        fail(step, Error{ErrorCode::Unavailable,
                         "waits in a circle for " + describe(view, dependency.dependency)});
        return;
    }
    wait(step, dependency.dependency,
         dependency.reason.empty() ? "waits for " + describe(view, dependency.dependency)
                                   : dependency.reason);
}

void Reconciler::finish_done(Step& step, const Done& done) {
    const bool present = step.duty.wanted == Duty::Wanted::Present;
    report(step, {.state = present ? StatusItem::State::Done : StatusItem::State::Clean,
                  .text = done.note,
                  .inputs = present ? step.inputs : ""});
    parts_.queue.done(step.id);
}

void Reconciler::fail(Step& step, const Error& error) {
    if (step.forced)
        force(step.id);
    report(step, {.state = StatusItem::State::Failed,
                  .code = std::string(to_string(error.code())),
                  .text = error.message()});
    if (error.retryable() || error.code() == ErrorCode::Internal)
        parts_.queue.retry(step.id);
    else
        parts_.queue.done(step.id);
}

void Reconciler::report(Step& step, StatusItem item, Duration delay) {
    parts_.progress.set(step.id, {.state = std::string(client::to_string(item.state)),
                                  .text = item.text,
                                  .waiting_for = item.waiting_for});
    if (step.duty.observation->is_follower()) {
        if (item.state == StatusItem::State::Failed)
            parts_.log.warning("following failed",
                               {{"object", step.id.value}, {"error", std::string_view(item.text)}});
        return;
    }
    item.id = step.id;
    item.goal_revision = step.goal;
    item.handle = step.writer.handle();
    for (const auto& [field, value] : step.writer.feedback())
        item.feedback.set(field, value);
    parts_.statuses.add(std::move(item), delay);
}

void Reconciler::overrun(Step& step) {
    step.writer.cancel();
    const Error error{ErrorCode::Unavailable,
                      "the step did not end within " +
                          std::to_string(step.duty.observation->source.deadline.count()) + " ms"};
    parts_.log.error("a step is over its deadline", {{"object", step.id.value}, {"error", error}});
    StatusItem item{.id = step.id,
                    .goal_revision = step.goal,
                    .state = StatusItem::State::Failed,
                    .code = std::string(to_string(error.code())),
                    .text = error.message()};
    parts_.progress.set(step.id, {.state = "failed", .text = item.text});
    if (!step.duty.observation->is_follower())
        parts_.statuses.add(std::move(item));
}

void Reconciler::finish_late(Step& step) {
    if (step.forced)
        force(step.id);
    parts_.queue.retry(step.id);
}

Revision Reconciler::caught_up() const {
    if (!compared_)
        return {};
    const Revision seen{taken_.load()};
    const auto oldest = parts_.queue.oldest_change();
    if (!oldest || oldest->value > seen.value)
        return seen;
    return Revision{oldest->value == 0 ? 0 : oldest->value - 1};
}

}  // namespace xos::synchronizer
