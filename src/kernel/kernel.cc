#include "kernel/kernel.h"

#include "base/json.h"
#include "kernel/batch.h"
#include "kernel/checks.h"
#include "kernel/describe.h"
#include "kernel/execute.h"
#include "kernel/status.h"
#include "model/codec.h"

#include <algorithm>
#include <future>

namespace xos::kernel {

using model::Row;

namespace {

/// The first id of objects that a plan makes: above all that a model will ever have.
constexpr std::uint64_t kPlanIds = std::uint64_t{1} << 52;

std::string schema_text(const schema::Schema& schema) {
    std::string text;
    JsonWriter writer(text);
    writer.begin_array();
    for (const schema::Source& source : schema.sources()) {
        writer.begin_object();
        writer.member("file", source.file);
        writer.member("app", source.app);
        writer.member("text", source.text);
        writer.end_object();
    }
    writer.end_array();
    return text;
}

}  // namespace

Kernel::Kernel(Parts parts) : parts_(std::move(parts)), store_(parts_.schema) {}

Kernel::~Kernel() = default;

Result<std::unique_ptr<Kernel>> Kernel::open(Parts parts) {
    std::unique_ptr<Kernel> kernel(new Kernel(std::move(parts)));
    kernel->schema_version_ =
        TRY(kernel->parts_.journal.add_schema(schema_text(*kernel->parts_.schema)));
    TRY(kernel->load());
    return kernel;
}

Result<void> Kernel::load() {
    model::Draft draft = store_.begin();
    const Revision revision =
        TRY(parts_.journal.for_each_object([&](const journal::ObjectView& object) -> Result<void> {
            const schema::Type* type = schema().find_type(object.type);
            if (!type)
                return Error{ErrorCode::Internal, "the journal has objects of type \"" +
                                                      std::string(object.type) +
                                                      "\", which no loaded service declares"};
            const Json document = TRY(Json::parse(object.document));
            draft.create(*type, object.id, TRY(model::read_document(*type, document)));
            return {};
        }));
    next_id_ = parts_.journal.highest_id().value + 1;
    store_.publish(std::move(draft), revision);
    return {};
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
        queue_ready_.wait(lock, [&] { return stopped_ || !queue_.empty(); });
        std::vector<Work> work = std::exchange(queue_, {});
        lock.unlock();
        if (!work.empty())
            commit_batch(std::move(work));
        lock.lock();
    }
    std::vector<Work> left = std::exchange(queue_, {});
    lock.unlock();
    for (Work& work : left)
        work.refuse({ErrorCode::Unavailable, "the server is stopping"});
}

void Kernel::stop() {
    std::scoped_lock lock(queue_mutex_);
    stopped_ = true;
    queue_ready_.notify_all();
}

Result<Plan> Kernel::plan(Transaction transaction) {
    TRY(prepare(transaction));
    auto before = store_.snapshot();
    Plan plan{.before = before, .draft = store_.begin_plan(before), .edits = {}, .ids = {}};
    std::uint64_t next_id = kPlanIds;
    Change change(plan.draft, Revision{before->revision().value + 1},
                  to_microseconds(parts_.clock.now()), [&] { return ObjectId{next_id++}; });
    plan.ids = TRY(execute(change, transaction));
    plan.edits = change.edits_since(change.start());
    return plan;
}

Result<std::vector<ObjectId>> Kernel::execute(Change& change, Transaction& transaction) const {
    change.set_principal(&transaction.principal);
    const Row* user = access::find_principal(change.view(), transaction.principal);
    const Caller caller{parts_.access, transaction.principal, user};
    TRY(check_before(change.view(), caller, transaction));
    auto ids = TRY(run_operations(change, transaction));
    TRY(check_given_links(change, caller, transaction, ids));
    change.end_operations();
    TRY(run_rules(parts_.rules, change));
    TRY(transaction.reviews_owners ? assign_all_owners(change, parts_.observations)
                                   : assign_owners(change, parts_.observations));
    TRY(check_after(change, caller, transaction, ids));
    TRY(check_objects(change));
    change.purge();
    return ids;
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
        if (auto appended = parts_.journal.append(batch.commits, head); !appended) {
            for (Work& one : work)
                one.refuse({ErrorCode::Unavailable,
                            "the change could not be written down: " + appended.error().message()});
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

/// Runs one piece of work on the batch's draft, or takes all of it back.
void Kernel::run_one(Work& work, Batch& batch) {
    const std::size_t mark = batch.draft.mark();
    const std::uint64_t first_id = next_id_;
    // Commit times never go back, whatever the clock does: they say what was before what.
    last_time_ = std::max(last_time_, to_microseconds(parts_.clock.now()));
    Change change(batch.draft, Revision{batch.head.value + 1}, last_time_,
                  [this] { return ObjectId{next_id_++}; });
    if (work.is_status())
        work.status_result = execute_status(change, work.status);
    else
        work.ids = execute(change, work.transaction);
    if (!work.succeeded()) {
        batch.draft.undo_to(mark);
        next_id_ = first_id;
        return;
    }
    auto edits = change.edits_since(mark);
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
        batch.commits.back().side = work.transaction.side(change.revision(), *work.ids);
}

}  // namespace xos::kernel
