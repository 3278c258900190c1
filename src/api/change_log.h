#pragma once

#include "api/watch_filter.h"

#include <deque>
#include <memory>

namespace xos::api {

/// The latest transitions of the model, as many as fit into some memory, for streams that resume.
/// Not thread-safe.
class ChangeLog {
public:
    using TransitionPointer = std::shared_ptr<const Transition>;

    /// Knows what comes after `start`.
    ChangeLog(Revision start, std::size_t memory) : start_(start), end_(start), memory_(memory) {}

    void add(TransitionPointer transition);

    /// Up to where it knows.
    Revision end() const { return end_; }
    /// Whether everything after `revision` is there.
    bool covers(Revision revision) const { return revision >= start_ && revision <= end_; }
    /// The first transition that leads past `revision`, or nullptr. Precondition: it is covered.
    TransitionPointer next(Revision revision) const;

private:
    Revision start_;
    Revision end_;
    const std::size_t memory_;
    std::size_t size_ = 0;
    std::deque<TransitionPointer> transitions_;
};

}  // namespace xos::api
