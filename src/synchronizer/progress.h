#pragma once

#include "base/clock.h"
#include "base/guarded.h"
#include "base/json.h"
#include "base/object_id.h"

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace xos::synchronizer {

/// What people may want to know about each object's work: kept for questions, decides nothing.
///
/// Remembers objects that are not done, and the last lines of those that said something. Bounded
/// and thread-safe.
class Progress {
public:
    struct Record {
        std::string
            state;  ///< "done", "working", "waiting", "failed", "clean"; "" before the first.
        std::string text;  ///< Outcome in words.
        std::optional<ObjectId> waiting_for;
        TimePoint since{};                 ///< When the state became this.
        std::optional<TimePoint> running;  ///< Since when a step runs.
        int steps = 0;                     ///< Since the object was last done.
        Duration last_step{0};
        std::deque<std::string> lines;
    };

    static constexpr std::size_t kLinesOfObject = 20;
    static constexpr std::size_t kLinesOfService = 200;
    static constexpr std::size_t kObjects = 200'000;

    /// `clock` must outlive it.
    explicit Progress(const Clock& clock) : clock_(clock) {}

    struct Outcome {
        std::string state;
        std::string text = {};
        std::optional<ObjectId> waiting_for = {};
    };
    void start(ObjectId id);
    void set(ObjectId id, Outcome outcome);
    void add_lines(ObjectId id, const std::vector<std::string>& lines);
    void forget(ObjectId id);

    std::optional<Record> find(ObjectId id) const;
    /// The last lines of all objects together, each with its object.
    std::vector<std::string> last_lines() const;

private:
    struct State {
        std::unordered_map<ObjectId, Record> records;
        std::deque<std::string> lines;
    };

    const Clock& clock_;
    Guarded<State> state_;
};

}  // namespace xos::synchronizer
