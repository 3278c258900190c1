#include "journal/batch.h"

#include "base/check.h"

#include <unordered_set>

namespace xos::journal {

void check_batch(std::span<const Commit> batch, Revision expected_head) {
    std::unordered_set<ObjectId> changed;
    for (const Commit& commit : batch) {
        XOS_CHECK(commit.revision.value == ++expected_head.value, "a gap between revisions");
        XOS_CHECK(commit.changes.size() <= kMostChanges, "too many changes in one commit");
        changed.clear();
        for (const Change& change : commit.changes) {
            XOS_CHECK(change.id.value != 0, "a change of no object");
            XOS_CHECK(!change.type.empty(), "an object of no type");
            XOS_CHECK(commit.changes.size() == 1 || changed.insert(change.id).second,
                      "an object is twice in a commit");
        }
    }
}

Error stale_head(Revision head, Revision expected) {
    return {ErrorCode::Stale, "the journal is at revision " + std::to_string(head.value) +
                                  ", not at " + std::to_string(expected.value)};
}

}  // namespace xos::journal
