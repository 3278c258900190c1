#include "kernel/kernel.h"

#include "kernel/batch.h"
#include "kernel/checks.h"
#include "kernel/describe.h"
#include "kernel/execute.h"
#include "kernel/invariants.h"
#include "kernel/loader.h"
#include "kernel/shapes.h"
#include "kernel/status.h"
#include "kernel/violations.h"

#include <algorithm>
#include <future>

namespace xos::kernel {

using model::Row;

namespace {

/// The first id of objects that a plan makes: above all that a model will ever have.
constexpr std::uint64_t kPlanIds = std::uint64_t{1} << 52;
/// Plans look for what would no longer conform among so many objects at most.
constexpr std::size_t kMostAdmitted = 20'000;

/// What is wrong with the values of single operations becomes a refusal of each.
void prepare_each(const schema::Schema& schema, Transaction& transaction) {
    transaction.refusals.resize(transaction.operations.size());
    for (std::size_t i = 0; i < transaction.operations.size(); ++i) {
        if (transaction.refusals[i])
            continue;
        Transaction one{.principal = transaction.principal, .operations = {}};
        one.operations.push_back(std::move(transaction.operations[i]));
        auto checked = check_values(schema, one);
        transaction.operations[i] = std::move(one.operations[0]);
        if (!checked)
            transaction.refusals[i] = std::move(checked).error();
    }
}

/// All findings as one refusal: the first as the message, all in the details.
Result<void> combine(std::vector<Finding> findings, const Transaction& transaction,
                     const std::vector<ObjectId>& ids) {
    if (findings.empty())
        return {};
    std::vector<ErrorDetail> details;
    for (Finding& finding : findings) {
        finding.error = placed(std::move(finding.error), transaction, ids, finding.object);
        details.insert(details.end(), finding.error.details().begin(),
                       finding.error.details().end());
    }
    std::string message = findings[0].error.message();
    if (findings.size() > 1)
        message += " (and " + std::to_string(findings.size() - 1) + " more)";
    return Error{findings[0].error.code(), std::move(message), std::move(details)};
}

}  // namespace

Kernel::Kernel(Parts parts) : parts_(std::move(parts)), store_(parts_.schema) {}

Kernel::~Kernel() = default;

Result<std::unique_ptr<Kernel>> Kernel::open(Parts parts) {
    std::unique_ptr<Kernel> kernel(new Kernel(std::move(parts)));
    kernel->schema_version_ =
        TRY(kernel->parts_.journal.add_schema(schema_text(*kernel->parts_.schema)));
    TRY(kernel->parts_.journal.keep_views(shapes_of(*kernel->parts_.schema)));
    TRY(kernel->load());
    return kernel;
}

Result<void> Kernel::load() {
    model::Draft draft = store_.begin();
    Loaded loaded = TRY(kernel::load(parts_.journal, documents(), parts_.sealing, draft));
    next_id_ = parts_.journal.highest_id().value + 1;
    store_.publish(std::move(draft), loaded.revision);
    to_seal_ = std::move(loaded.to_seal);
    return {};
}

Documents Kernel::documents() const {
    return Documents(schema(), parts_.journal, schema_version_);
}

/// The rows are in memory as they are to be stored; a commit that changes their revision alone
/// stores them. No goal moves, and nobody is told: nobody listens before `run`.
Result<std::size_t> Kernel::seal_anew() {
    const std::vector<ObjectId> ids = std::exchange(to_seal_, {});
    if (ids.empty())
        return std::size_t{0};
    Batch batch{.draft = store_.begin(),
                .announcement = std::make_shared<Announcement>(),
                .commits = {},
                .head = {}};
    const Revision head = batch.draft.base().revision();
    Change change(batch.draft, {.revision = {head.value + 1},
                                .now = to_microseconds(parts_.clock.now()),
                                .next_id = [this] { return ObjectId{next_id_++}; },
                                .sealing = parts_.sealing});
    for (const ObjectId id : ids)
        batch.draft.update(id, {{schema::base_field::kRevision,
                                 static_cast<std::int64_t>(change.revision().value)}});
    const auto& announced = batch.announcement->commits.emplace_back(
        Announcement::Commit{change.revision(), change.edits_since(change.start()), {}, {}});
    batch.commits.push_back(to_journal(change, announced, schema_version_));
    TRY(parts_.journal.append(batch.commits, head));
    store_.publish(std::move(batch.draft), change.revision());
    return ids.size();
}

void Kernel::submit(Transaction transaction, Done done) {
    if (auto refused = prepare(transaction); !refused) {
        done(std::move(refused).error());
        return;
    }
    enqueue({.transaction = std::move(transaction), .done = std::move(done)});
}

void Kernel::submit_status(StatusBatch batch, StatusDone done) {
    enqueue({.status = std::move(batch), .status_done = std::move(done)});
}

Result<Committed> Kernel::commit(Transaction transaction) {
    std::promise<Result<Committed>> promise;
    auto answer = promise.get_future();
    submit(std::move(transaction),
           [&](Result<Committed> result) { promise.set_value(std::move(result)); });
    return answer.get();
}

/// What needs no commit thread: values, and the rights on objects as they are.
Result<void> Kernel::prepare(Transaction& transaction) const {
    if (transaction.mode == Transaction::Mode::Each) {
        prepare_each(schema(), transaction);
        return {};
    }
    TRY(check_values(schema(), transaction));
    const auto snapshot = store_.snapshot();
    const Row* user = access::find_principal(snapshot->view(), transaction.principal);
    return check_before(snapshot->view(), {parts_.access, transaction.principal, user},
                        transaction);
}

void Kernel::enqueue(Work work) {
    {
        std::scoped_lock lock(queue_mutex_);
        if (!stopped_) {
            queue_.push_back(std::move(work));
            queue_ready_.notify_one();
            return;
        }
    }
    work.refuse({ErrorCode::Unavailable, "the server is stopping"});
}

void Kernel::run() {
    std::unique_lock lock(queue_mutex_);
    while (!stopped_) {
        const bool has_waited_in_vain = !wait_for_work(lock);
        std::vector<Work> work = std::exchange(queue_, {});
        lock.unlock();
        if (!work.empty())
            commit_batch(std::move(work));
        else if (has_waited_in_vain && parts_.journal.check_writing())
            set_trouble(std::nullopt);
        lock.lock();
    }
    std::vector<Work> left = std::exchange(queue_, {});
    lock.unlock();
    for (Work& work : left)
        work.refuse({ErrorCode::Unavailable, "the server is stopping"});
}

/// False when it is time to try whether the journal writes again. A full disk that has room again
/// is to be seen also when nobody dares to write because the server is not ready.
bool Kernel::wait_for_work(std::unique_lock<std::mutex>& lock) {
    const auto has_work = [&] { return stopped_ || !queue_.empty(); };
    const auto trouble = trouble_.with([](const auto& known) { return known; });
    if (trouble && trouble->retryable() && !overtaken_)
        return queue_ready_.wait_for(lock, parts_.retry_pause, has_work);
    queue_ready_.wait(lock, has_work);
    return true;
}

void Kernel::stop() {
    std::scoped_lock lock(queue_mutex_);
    stopped_ = true;
    queue_ready_.notify_all();
}

Result<Plan> Kernel::plan(Transaction transaction) {
    TRY(prepare(transaction));
    auto before = store_.snapshot();
    Plan plan{.before = before,
              .draft = store_.begin_plan(before),
              .edits = {},
              .outcome = {},
              .violations = {}};
    std::uint64_t next_id = kPlanIds;
    const std::int64_t now = to_microseconds(parts_.clock.now());
    const std::size_t mark = plan.draft.mark();
    const auto begin = [&] {
        return Change(plan.draft, {.revision = {before->revision().value + 1},
                                   .now = now,
                                   .next_id = [&] { return ObjectId{next_id++}; },
                                   .sealing = parts_.sealing});
    };
    plan.outcome = TRY(execute(plan.draft, begin, transaction));
    plan.edits = plan.draft.net_edits_since(mark);
    const Principal system;
    plan.violations = new_violations(plan, [&] {
        Change change = begin();
        change.set_principal(&system);
        return change;
    });
    return plan;
}

std::vector<Violation> Kernel::violations(const model::SnapshotPointer& snapshot) {
    model::Draft draft = store_.begin_plan(snapshot);
    const Principal system;
    std::uint64_t next_id = kPlanIds;
    return find_violations(parts_.rules, draft, [&] {
        Change change(draft, {.revision = {snapshot->revision().value + 1},
                              .now = to_microseconds(parts_.clock.now()),
                              .next_id = [&] { return ObjectId{next_id++}; },
                              .sealing = parts_.sealing});
        change.set_principal(&system);
        return change;
    });
}

/// What does not conform after the plan, and did before.
std::optional<std::vector<Violation>> Kernel::new_violations(Plan& plan, const Begin& begin) {
    if (plan.edits.empty())
        return std::vector<Violation>{};
    if (count_admitted(parts_.rules, plan.draft.view()) > kMostAdmitted)
        return std::nullopt;
    auto after = find_violations(parts_.rules, plan.draft, begin);
    if (after.empty())
        return after;
    const auto before = violations(plan.before);
    std::erase_if(after, [&](const Violation& one) {
        return std::any_of(before.begin(), before.end(), [&](const Violation& other) {
            return other.rule == one.rule && other.object == one.object;
        });
    });
    return after;
}

Result<Outcome> Kernel::execute(model::Draft& draft, const Begin& begin,
                                Transaction& transaction) const {
    if (transaction.mode == Transaction::Mode::Each)
        return execute_each(draft, begin, transaction);
    Change change = begin();
    Outcome outcome;
    outcome.ids = TRY(execute_all(change, transaction));
    return outcome;
}

/// One after the other, each on what became of those before; what is refused leaves no trace.
Outcome Kernel::execute_each(model::Draft& draft, const Begin& begin,
                             Transaction& transaction) const {
    Outcome outcome{.ids = {}, .refusals = transaction.refusals};
    outcome.refusals.resize(transaction.operations.size());
    for (std::size_t i = 0; i < transaction.operations.size(); ++i) {
        outcome.ids.emplace_back();
        if (outcome.refusals[i])
            continue;
        const std::size_t mark = draft.mark();
        Change change = begin();
        const auto run = [&]() -> Result<ObjectId> {
            Transaction one{.principal = transaction.principal, .operations = {}};
            auto operation = with_ids(transaction.operations[i], outcome.ids);
            if (!operation)
                return placed(std::move(operation).error(), transaction.operations[i]);
            one.operations.push_back(std::move(*operation));
            return TRY(execute_all(change, one))[0];
        };
        auto id = run();
        if (id) {
            outcome.ids[i] = *id;
        } else {
            draft.undo_to(mark);
            outcome.refusals[i] = std::move(id).error();
        }
    }
    return outcome;
}

Result<std::vector<ObjectId>> Kernel::execute_all(Change& change, Transaction& transaction) const {
    change.set_principal(&transaction.principal);
    const Row* user = access::find_principal(change.view(), transaction.principal);
    const Caller caller{parts_.access, transaction.principal, user};
    TRY(check_before(change.view(), caller, transaction));
    auto ids = TRY(run_operations(change, transaction, parts_.observations));
    TRY(check_given_links(change, caller, transaction, ids));
    change.end_operations();
    if (auto settled = settle(change, transaction); !settled)
        return placed(std::move(settled).error(), transaction, ids, change.subject());
    TRY(check_after(change, caller, transaction, ids));
    auto findings = check_objects(change);
    check_invariants(change, findings);
    TRY(combine(std::move(findings), transaction, ids));
    change.purge();
    return ids;
}

/// What the system adds to what was asked for.
Result<void> Kernel::settle(Change& change, const Transaction& transaction) const {
    TRY(run_rules(parts_.rules, change));
    change.set_subject({});
    return transaction.reviews_owners ? assign_all_owners(change, parts_.observations)
                                      : assign_owners(change, parts_.observations);
}

Result<StatusResult> Kernel::execute_status(Change& change, const StatusBatch& status) const {
    change.set_principal(&status.principal);
    StatusResult result{.revision = {}, .refusals = {}};
    for (const StatusItem& item : status.items) {
        auto applied = apply_status(change, item, parts_.observations);
        result.refusals.push_back(applied ? std::nullopt
                                          : std::optional<Error>(std::move(applied).error()));
    }
    TRY(run_rules(parts_.rules, change));
    TRY(assign_owners(change, parts_.observations));
    change.purge();
    return result;
}

void Kernel::commit_batch(std::vector<Work> work) {
    Batch batch{.draft = store_.begin(),
                .announcement = std::make_shared<Announcement>(),
                .commits = {},
                .head = {}};
    batch.announcement->before = store_.snapshot();
    batch.head = batch.announcement->before->revision();
    const Revision head = batch.head;
    for (Work& one : work)
        run_one(one, batch);

    if (!batch.commits.empty()) {
        if (auto appended = append(batch, head); !appended) {
            for (Work& one : work)
                one.refuse(appended.error());
            return;
        }
        batch.announcement->after = store_.publish(std::move(batch.draft), batch.head);
        for (const Listener& listener : listeners_)
            listener(batch.announcement);
    }
    const auto after = store_.snapshot();
    for (Work& one : work)
        one.answer(after);
}

/// Makes the batch durable. What stands in the way is known until it is gone.
Result<void> Kernel::append(Batch& batch, Revision head) {
    if (overtaken_)
        return *trouble();
    auto appended = parts_.journal.append(batch.commits, head);
    if (appended) {
        set_trouble(std::nullopt);
        return appended;
    }
    // Its place is taken: whoever took it knows a newer model than the one here.
    overtaken_ = appended.error().code() == ErrorCode::Stale;
    Error trouble = overtaken_
                        ? Error{ErrorCode::Unavailable,
                                "another process has written to the journal: nothing more is "
                                "written here until this one is started anew"}
                        : std::move(appended).error().in("the change could not be written down");
    set_trouble(trouble);
    return trouble;
}

void Kernel::set_trouble(std::optional<Error> trouble) {
    const bool has_changed = trouble_.with([&](std::optional<Error>& known) {
        const bool differs = known != trouble;
        known = trouble;
        return differs;
    });
    if (has_changed && parts_.on_trouble)
        parts_.on_trouble(trouble ? &*trouble : nullptr);
}

/// Runs one piece of work on the batch's draft, or takes all of it back.
void Kernel::run_one(Work& work, Batch& batch) {
    const std::size_t mark = batch.draft.mark();
    const std::uint64_t first_id = next_id_;
    // Commit times never go back, whatever the clock does: they say what was before what.
    last_time_ = std::max(last_time_, to_microseconds(parts_.clock.now()));
    const auto begin = [&] {
        return Change(batch.draft, {.revision = {batch.head.value + 1},
                                    .now = last_time_,
                                    .next_id = [this] { return ObjectId{next_id_++}; },
                                    .sealing = parts_.sealing});
    };
    Change change = begin();
    if (work.is_status())
        work.status_result = execute_status(change, work.status);
    else
        work.outcome = execute(batch.draft, begin, work.transaction);
    auto edits = batch.draft.net_edits_since(mark);
    if (work.succeeded() && work.transaction.review) {
        if (auto passed = work.transaction.review(batch.draft.view(), edits); !passed)
            work.outcome = std::move(passed).error();
    }
    if (!work.succeeded()) {
        batch.draft.undo_to(mark);
        next_id_ = first_id;
        return;
    }
    if (edits.empty()) {
        work.revision = batch.head;
        return;
    }
    batch.head = work.revision = change.revision();
    const Principal& principal =
        work.is_status() ? work.status.principal : work.transaction.principal;
    auto& announced = batch.announcement->commits.emplace_back(Announcement::Commit{
        change.revision(), std::move(edits), principal, work.transaction.request});
    batch.commits.push_back(to_journal(change, announced, schema_version_));
    if (work.transaction.side)
        batch.commits.back().side = work.transaction.side(change.revision(), *work.outcome);
}

}  // namespace xos::kernel
