#include "synchronizer/session.h"

#include "synchronizer/feed.h"
#include "synchronizer/reality_check.h"
#include "synchronizer/reporter.h"
#include "synchronizer/task_answers.h"

#include <algorithm>

namespace xos::synchronizer {

namespace {

constexpr Duration kFirstDelay{100};
constexpr Duration kLongestDelay{5'000};
constexpr Duration kGather{3};  // So that outcomes that come together go together.
constexpr Duration kLookUp{60'000};
constexpr Duration kWatchdog{500};
constexpr Duration kPatienceAtEnd{10'000};

}  // namespace

/// The parts of a session once the schema is known. The order is that in which they need one
/// another.
struct Session::Work {
    explicit Work(Session& session, Observations known)
        : observations(std::move(known)),
          mirror(session.schema_),
          queue(session.parts_.clock, session.parts_.random, session.options_.queue),
          statuses(session.parts_.clock, [&session] { session.report_wakeup_.notify(); }),
          progress(session.parts_.clock),
          answers({session.parts_.clock, queue, waiting, progress, mirror}) {}

    Observations observations;
    Mirror mirror;
    WorkQueue queue;
    WaitIndex waiting;
    StatusQueue statuses;
    Progress progress;
    TaskAnswers answers;
    std::unique_ptr<Feed> feed;
    std::unique_ptr<Driver> driver;
    std::unique_ptr<Reconciler> reconciler;
    std::unique_ptr<WorkerPool> pool;
    std::unique_ptr<Reporter> reporter;
    std::unique_ptr<RealityCheck> reality;
};

Session::Session(Options options, Parts parts)
    : options_(std::move(options)), parts_(std::move(parts)), requests_(parts_.connect) {}

Session::~Session() = default;

Result<void> Session::run() {
    Result<void> result = connect();
    if (result && !stopping_.is_stopped()) {
        parts_.start_thread("feed", [this] { feed(); });
        parts_.start_thread("start", [this] {
            if (auto started = start_work(); !started)
                end(std::move(started));
        });
        stopping_.wait(stopping_.count(), std::nullopt);
    }
    stop();
    if (work_ && work_->feed)
        work_->feed->stop();
    if (task_api_)
        task_api_->interrupt();
    for (Wakeup* wakeup : {&work_wakeup_, &report_wakeup_})
        wakeup->stop();
    tasks_.with([](auto& tasks) {
        if (tasks)
            tasks->close();
    });
    if (!parts_.await_threads(kPatienceAtEnd))
        return Error{ErrorCode::Internal, "steps are stuck"};
    if (!result)
        return result;
    std::scoped_lock lock(mutex_);
    return ended_.value_or(Result<void>());
}

void Session::stop() {
    stopping_.stop();
}

void Session::end(Result<void> result) {
    {
        std::scoped_lock lock(mutex_);
        if (!ended_)
            ended_ = std::move(result);
    }
    stop();
}

Result<void> Session::connect() {
    Duration delay = kFirstDelay;
    while (!stopping_.is_stopped()) {
        if (!feed_api_) {
            feed_api_ = TRY(parts_.connect());
            report_api_ = TRY(parts_.connect());
            task_api_ = TRY(parts_.connect());
        }
        auto sources = feed_api_->sources();
        if (!sources) {
            parts_.log.warning("cannot read the schema",
                               {{"error", sources.error()}, {"retry_ms", delay.count()}});
            stopping_.sleep(delay);
            delay = std::min(delay * 2, kLongestDelay);
            continue;
        }
        auto built = schema::Schema::build(std::move(*sources));
        if (const auto* problems = std::get_if<schema::Problems>(&built))
            return Error{ErrorCode::Invalid,
                         "the schema does not build: " + schema::format(*problems)};
        schema_ = std::get<std::shared_ptr<const schema::Schema>>(built);
        work_ = std::make_unique<Work>(
            *this,
            TRY(Observations::create(*schema_, options_.service.name, options_.service.observes)));
        work_->feed = std::make_unique<Feed>(
            Feed::Parts{.api = *feed_api_,
                        .mirror = work_->mirror,
                        .types = work_->observations.needed_types(*schema_),
                        .take = [this](const MirrorDelta& delta) { take(delta); },
                        .log = parts_.log});
        return {};
    }
    return {};
}

void Session::feed() {
    end(work_->feed->run());
}

void Session::take(const MirrorDelta& delta) {
    {
        std::scoped_lock lock(mutex_);
        lineage_ = work_->mirror.position()->lineage;
        if (reconciler_)
            reconciler_->take_delta(delta);
    }
    work_wakeup_.notify();
}

Result<void> Session::start_work() {
    std::string lineage;
    while (lineage.empty()) {
        const auto seen = work_wakeup_.count();
        {
            std::scoped_lock lock(mutex_);
            lineage = lineage_;
        }
        if (work_wakeup_.is_stopped())
            return {};
        if (lineage.empty())
            work_wakeup_.wait(seen, std::nullopt);
    }
    work_->driver = TRY(parts_.plugin.create_driver({.service_dir = options_.service_dir,
                                                     .data_dir = options_.data_dir,
                                                     .lineage = lineage,
                                                     .clock = parts_.clock,
                                                     .random = parts_.random,
                                                     .log = parts_.log,
                                                     .requests = requests_}));
    work_->reconciler = TRY(Reconciler::create({.observations = work_->observations,
                                                .version = options_.service.version,
                                                .clock = parts_.clock,
                                                .log = parts_.log,
                                                .mirror = work_->mirror,
                                                .queue = work_->queue,
                                                .waiting = work_->waiting,
                                                .statuses = work_->statuses,
                                                .progress = work_->progress,
                                                .driver = *work_->driver}));
    work_->reality = std::make_unique<RealityCheck>(*work_->driver, work_->mirror,
                                                    *work_->reconciler, parts_.log);
    start_threads();
    return {};
}

void Session::start_threads() {
    work_->reporter = std::make_unique<Reporter>(
        Reporter::Parts{.clock = parts_.clock,
                        .statuses = work_->statuses,
                        .mirror = work_->mirror,
                        .reconciler = *work_->reconciler,
                        .log = parts_.log,
                        .send = [this](const client::StatusBatch& batch) {
                            return client::post_status(*report_api_, batch);
                        }});
    work_->pool = std::make_unique<WorkerPool>(
        WorkerPool::Parts{.reconciler = *work_->reconciler,
                          .queue = work_->queue,
                          .clock = parts_.clock,
                          .wakeup = work_wakeup_,
                          .start_thread = parts_.start_thread},
        WorkerPool::Options{.workers = options_.service.workers,
                            .budget = options_.service.budget,
                            .on_idle = [this] { report_wakeup_.notify(); }});
    {
        std::scoped_lock lock(mutex_);
        const auto snapshot = work_->mirror.snapshot();
        work_->reconciler->take_delta({.before = snapshot, .after = snapshot, .edits = {}});
        reconciler_ = work_->reconciler.get();
    }
    // What the model says is real may be gone by now: only then has this service caught up.
    work_->reconciler->set_compared(false);
    parts_.log.info("at work", {{"service", options_.service.name},
                                {"objects", std::uint64_t{work_->queue.size()}}});
    work_->pool->start();
    parts_.start_thread("report", [this] { report(); });
    parts_.start_thread("tasks", [this] { answer_tasks(); });
    parts_.start_thread("reality", [this] { look_at_reality(); });
    parts_.start_thread("watchdog", [this] { watch_deadlines(); });
}

void Session::report() {
    Duration delay = kFirstDelay;
    while (!report_wakeup_.is_stopped()) {
        const auto seen = report_wakeup_.count();
        const auto sent = work_->reporter->flush();
        if (!sent) {
            parts_.log.warning("cannot report",
                               {{"error", sent.error()}, {"retry_ms", delay.count()}});
            report_wakeup_.sleep(delay);
            delay = std::min(delay * 2, kLongestDelay);
            continue;
        }
        delay = kFirstDelay;
        if (!*sent)
            report_wakeup_.wait(seen, work_->reporter->next_due());
        report_wakeup_.sleep(kGather);
    }
    // What is known is worth telling even when nobody works any more.
    if (auto last = work_->reporter->flush(); !last)
        parts_.log.warning("the last statuses were not sent", {{"error", last.error()}});
}

void Session::answer_tasks() {
    Duration delay = kFirstDelay;
    while (!stopping_.is_stopped()) {
        const auto followed = follow_tasks();
        if (stopping_.is_stopped())
            return;
        if (!followed)
            parts_.log.debug("the stream of questions has ended", {{"error", followed.error()}});
        stopping_.sleep(delay);
        delay = std::min(delay * 2, kLongestDelay);
    }
}

Result<void> Session::follow_tasks() {
    const std::shared_ptr<client::TaskStream> stream =
        TRY(client::TaskStream::open(*task_api_, options_.service.name));
    tasks_.with([&](auto& tasks) { tasks = stream; });
    while (!stopping_.is_stopped()) {
        const auto task = TRY(stream->next(kLookUp));
        if (!task)
            continue;
        const auto answered = client::answer_task(*task_api_, options_.service.name, *task,
                                                  work_->answers.answer(*task));
        // Who asked may have gone meanwhile: that is no reason to stop listening.
        if (!answered && answered.error().code() != ErrorCode::NotFound)
            return answered;
    }
    return {};
}

void Session::look_at_reality() {
    while (!stopping_.is_stopped()) {
        Result<void> looked = work_->reconciler->prepare_driver();
        if (looked)
            looked = work_->reality->run();
        if (looked)
            work_->reconciler->set_compared(true);
        if (!looked)
            parts_.log.warning("cannot compare with reality", {{"error", looked.error()}});
        work_wakeup_.notify();
        stopping_.sleep(looked ? options_.service.scan_every : kLongestDelay);
    }
}

void Session::watch_deadlines() {
    while (stopping_.sleep(kWatchdog)) {
        if (!work_->pool->check_deadlines())
            end(Error{ErrorCode::Internal, "too many steps are stuck"});
    }
}

}  // namespace xos::synchronizer
