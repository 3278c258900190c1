#include "synchronizer/progress.h"

namespace xos::synchronizer {

namespace {

void append(std::deque<std::string>& lines, std::string line, std::size_t most) {
    lines.push_back(std::move(line));
    if (lines.size() > most)
        lines.pop_front();
}

}  // namespace

void Progress::start(ObjectId id) {
    const TimePoint now = clock_.now();
    state_.with([&](State& state) {
        if (state.records.size() >= kObjects && !state.records.contains(id))
            state.records.erase(state.records.begin());
        Record& record = state.records[id];
        record.running = now;
        ++record.steps;
    });
}

void Progress::set(ObjectId id, Outcome outcome) {
    const TimePoint now = clock_.now();
    state_.with([&](State& state) {
        Record& record = state.records[id];
        const bool is_settled = outcome.state == "done" || outcome.state == "clean";
        if (is_settled && record.lines.empty() && outcome.text.empty()) {
            state.records.erase(id);
            return;
        }
        if (record.running)
            record.last_step = now - *record.running;
        record.running.reset();
        if (record.state != outcome.state)
            record.since = now;
        record.state = std::move(outcome.state);
        record.text = std::move(outcome.text);
        record.waiting_for = outcome.waiting_for;
        if (is_settled)
            record.steps = 0;
    });
}

void Progress::add_lines(ObjectId id, const std::vector<std::string>& lines) {
    state_.with([&](State& state) {
        for (const std::string& line : lines) {
            append(state.records[id].lines, line, kLinesOfObject);
            append(state.lines, std::to_string(id.value) + ": " + line, kLinesOfService);
        }
    });
}

void Progress::forget(ObjectId id) {
    state_.with([&](State& state) { state.records.erase(id); });
}

std::optional<Progress::Record> Progress::find(ObjectId id) const {
    return state_.with([&](const State& state) -> std::optional<Record> {
        const auto at = state.records.find(id);
        return at == state.records.end() ? std::nullopt : std::optional(at->second);
    });
}

std::vector<std::string> Progress::last_lines() const {
    return state_.with([](const State& state) {
        return std::vector<std::string>(state.lines.begin(), state.lines.end());
    });
}

}  // namespace xos::synchronizer
