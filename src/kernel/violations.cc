#include "kernel/violations.h"

#include "kernel/invariants.h"

namespace xos::kernel {

using model::Row;

std::size_t count_admitted(const Rules& rules, model::View view) {
    std::size_t count = 0;
    for (const auto& rule : rules) {
        for (const TypeId type : rule->is_admission() ? rule->watches() : std::span<const TypeId>())
            count += view.count(type);
    }
    return count;
}

std::vector<Violation> find_violations(const Rules& rules, model::Draft& draft,
                                       const std::function<Change()>& begin) {
    std::vector<Violation> violations;
    for (const auto& rule : rules) {
        if (!rule->is_admission())
            continue;
        std::vector<ObjectId> objects;
        for (const TypeId type : rule->watches())
            draft.view().for_each(type, [&](const Row& row) {
                if (!row.deleted())
                    objects.push_back(row.id());
                return true;
            });
        for (const ObjectId id : objects) {
            const std::size_t mark = draft.mark();
            Change change = begin();
            // The rule is asked as if the object had just come.
            auto admitted = rule->apply(change, {nullptr, draft.view().find(id)});
            draft.undo_to(mark);
            if (!admitted)
                violations.push_back(
                    {id, std::string(rule->name()), std::move(admitted).error().message()});
        }
    }
    const auto broken = broken_invariants(draft.view());
    violations.insert(violations.end(), broken.begin(), broken.end());
    return violations;
}

}  // namespace xos::kernel
