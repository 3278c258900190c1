#include "synchronizer/task_answers.h"

namespace xos::synchronizer {

namespace {

Json lines_of(const auto& lines) {
    Json out(Json::Array{});
    for (const std::string& line : lines)
        out.add(line);
    return out;
}

}  // namespace

Json TaskAnswers::answer(const client::Task& task) const {
    if (task.question == "why")
        return why(task.object);
    if (task.question == "logs")
        return logs(task.object);
    Json out;
    out.set("error", "not_supported");
    out.set("detail", "this service does not answer \"" + task.question + "\"");
    return out;
}

Json TaskAnswers::why(ObjectId id) const {
    Json out;
    out.set("object", id.value);
    add_queue(out, id);
    if (const auto dependency = parts_.waiting.find(id))
        out.set("waiting_for", dependency->value);
    if (const auto record = parts_.progress.find(id)) {
        const TimePoint now = parts_.clock.now();
        if (!record->state.empty()) {
            out.set("state", record->state);
            out.set("text", record->text);
            out.set("since_ms", std::int64_t{(now - record->since).count()});
        }
        out.set("steps", record->steps);
        if (record->running)
            out.set("running_ms", std::int64_t{(now - *record->running).count()});
        out.set("last_step_ms", std::int64_t{record->last_step.count()});
        out.set("log", lines_of(record->lines));
    }
    out.set("mirror_revision", parts_.mirror.snapshot()->revision().value);
    return out;
}

void TaskAnswers::add_queue(Json& out, ObjectId id) const {
    const auto place = parts_.queue.find(id);
    if (!place) {
        out.set("queue", parts_.waiting.find(id) ? "waiting" : "idle");
        return;
    }
    const auto wait = place->due - parts_.clock.now();
    out.set("queue", place->held ? "running" : wait.count() > 0 ? "later" : "due");
    out.set("failures", place->failures);
    if (!place->held && wait.count() > 0)
        out.set("next_try_ms", std::int64_t{wait.count()});
}

Json TaskAnswers::logs(ObjectId id) const {
    Json out;
    if (id.value == 0) {
        out.set("lines", lines_of(parts_.progress.last_lines()));
        return out;
    }
    out.set("object", id.value);
    const auto record = parts_.progress.find(id);
    out.set("lines", record ? lines_of(record->lines) : Json(Json::Array{}));
    return out;
}

}  // namespace xos::synchronizer
