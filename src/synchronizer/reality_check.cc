#include "synchronizer/reality_check.h"

#include <exception>

namespace xos::synchronizer {

namespace {

constexpr std::size_t kFewOrphans = 10;
constexpr std::size_t kPercent = 5;

Result<std::optional<Reality>> scan(Driver& driver, const model::Snapshot& snapshot) {
    try {
        return driver.scan(snapshot);
    } catch (const std::exception& exception) {
        return Error{ErrorCode::Internal,
                     std::string("the driver threw an exception: ") + exception.what()};
    }
}

Result<void> remove_orphan(Driver& driver, const Mark& orphan) {
    try {
        return driver.remove_orphan(orphan);
    } catch (const std::exception& exception) {
        return Error{ErrorCode::Internal,
                     std::string("the driver threw an exception: ") + exception.what()};
    }
}

}  // namespace

Result<void> RealityCheck::run() {
    const auto reality = TRY(scan(driver_, *mirror_.snapshot()));
    const bool is_first = !std::exchange(ran_, true);
    if (!reality) {
        if (is_first)
            reconciler_.check_all();
        return {};
    }
    if (!reality->differing.empty())
        log_.info("reality differs", {{"objects", std::uint64_t{reality->differing.size()}}});
    reconciler_.check(reality->differing);
    sweep(*reality);
    return {};
}

void RealityCheck::sweep(const Reality& reality) {
    // The newest model: what was made while the scan went on is in it.
    const auto snapshot = mirror_.snapshot();
    std::vector<Mark> orphans;
    for (const Mark& mark : reality.marks) {
        if (!snapshot->view().find(mark.id))
            orphans.push_back(mark);
    }
    held_back_.clear();
    if (orphans.size() > kFewOrphans && orphans.size() * 100 > reality.marks.size() * kPercent) {
        held_back_ = std::move(orphans);
        log_.error("too many things are in no model: left alone until somebody has looked",
                   {{"orphans", std::uint64_t{held_back_.size()}},
                    {"things", std::uint64_t{reality.marks.size()}}});
        return;
    }
    for (const Mark& orphan : orphans) {
        const auto removed = remove_orphan(driver_, orphan);
        if (removed)
            log_.info("took away what is in no model",
                      {{"thing", orphan.name}, {"object", orphan.id.value}});
        else
            log_.warning("an orphan stays", {{"thing", orphan.name}, {"error", removed.error()}});
    }
}

}  // namespace xos::synchronizer
