#include "api/change_log.h"

#include <algorithm>

namespace xos::api {

void ChangeLog::add(TransitionPointer transition) {
    end_ = transition->revision();
    size_ += transition->size();
    transitions_.push_back(std::move(transition));
    while (size_ > memory_ && !transitions_.empty()) {
        start_ = transitions_.front()->revision();
        size_ -= transitions_.front()->size();
        transitions_.pop_front();
    }
}

ChangeLog::TransitionPointer ChangeLog::next(Revision revision) const {
    const auto at = std::upper_bound(
        transitions_.begin(), transitions_.end(), revision,
        [](Revision wanted, const TransitionPointer& one) { return wanted < one->revision(); });
    return at == transitions_.end() ? nullptr : *at;
}

}  // namespace xos::api
