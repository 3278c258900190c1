#include "core/rules/core_rule.h"
#include "core/rules/rules.h"

#include <utility>

namespace xos::core {

namespace {

/// A Slice has at most `max_instances` live Instances. Asked when one comes; lowering the number
/// later ends none.
class Quota : public AdmissionRule {
public:
    explicit Quota(FieldsPointer fields)
        : AdmissionRule("quota", fields, {fields->instance.type}) {}

    Result<void> apply(Change& change, const Edit& edit) const override {
        const auto& instances = fields().instance;
        const Row* instance = find_live(change, instances.type, edit.id());
        if (!instance || !touches(change, edit, {instances.slice}))
            return {};
        const Row* slice = find_live(change, fields().slice.type, instance->link(instances.slice));
        if (!slice)
            return {};
        const std::int64_t most = slice->integer(fields().slice.max_instances);
        const auto links =
            change.view().count_linking(instances.type, instances.slice, slice->id());
        // Deleted ones that wait for their back-end are among the links: count only when it
        // matters.
        if (static_cast<std::int64_t>(links) <= most)
            return {};
        const auto live = change.view().live_linking(instances.type, instances.slice, slice->id());
        if (static_cast<std::int64_t>(live.size()) <= most)
            return {};
        return refuse(change, *instance, instances.slice,
                      describe(change.view(), *slice) + " may have " + std::to_string(most) +
                          " instances and would have " + std::to_string(live.size()) +
                          ": raise its max_instances, or delete others");
    }
};

}  // namespace

RulePointer make_quota(FieldsPointer fields) {
    return std::make_unique<Quota>(std::move(fields));
}

}  // namespace xos::core
