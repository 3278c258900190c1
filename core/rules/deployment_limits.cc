#include "core/rules/core_rule.h"
#include "core/rules/limit_period.h"
#include "core/rules/rules.h"

#include <unordered_map>
#include <utility>

namespace xos::core {

namespace {

/// The Instances that a DeploymentLimit counts use no more than it says: at one time, or with a
/// period in core-hours. Asked of each Instance that comes or grows: lowering a limit, or using one
/// up, ends none.
///
/// Core-hours are counted up in each commit that changes a counted Instance, with what ran until
/// then; `used` is what was used in the period of `used_at`.
class DeploymentLimits : public AdmissionRule {
public:
    explicit DeploymentLimits(FieldsPointer fields)
        : AdmissionRule("limits", fields, {fields->instance.type, fields->deployment_limit.type}) {}

    Result<void> apply(Change& change, const Edit& edit) const override {
        if (change.schema().is_a(edit.any().type(), fields().deployment_limit.type))
            return apply_limit(change, edit);
        const auto& instances = fields().instance;
        if (!touches(change, edit, {instances.deployment, instances.flavor, instances.slice}))
            return {};
        const Row* now = find_live(change, instances.type, edit.id());
        for (const ObjectId deployment :
             {edit.before ? edit.before->link(instances.deployment) : ObjectId{},
              now ? now->link(instances.deployment) : ObjectId{}}) {
            if (deployment.value != 0)
                TRY(ask_limits(change, edit, deployment));
        }
        return {};
    }

private:
    Result<void> apply_limit(Change& change, const Edit& edit) const {
        const auto& limits = fields().deployment_limit;
        const Row* limit = find_live(change, limits.type, edit.id());
        if (!limit || !touches(change, edit, {limits.slice, limits.site, limits.period}))
            return {};
        if (!limit->is_null(limits.slice) && !limit->is_null(limits.site))
            return refuse(change, *limit, limits.site,
                          "a limit is for one slice or for the slices of one site, not for both");
        if (limit->is_null(limits.period))
            return {};
        if (limit->string(limits.resource) != "cores")
            return refuse(change, *limit, limits.period,
                          "only a limit of cores has a period, in which it counts core-hours");
        if (!edit.before || limit->is_null(limits.used_at))
            change.update(limit->id(), {{limits.used, 0.0}, {limits.used_at, change.now()}});
        return {};
    }

    Result<void> ask_limits(Change& change, const Edit& edit, ObjectId deployment) const {
        const auto& limits = fields().deployment_limit;
        for (const Row* limit :
             change.view().live_linking(limits.type, limits.deployment, deployment)) {
            const Row* before = change.before(edit.id());
            const Row* now = find_live(change, fields().instance.type, edit.id());
            const std::int64_t was =
                before && !before->deleted() ? use(change, *limit, *before) : 0;
            const std::int64_t is = now ? use(change, *limit, *now) : 0;
            if (was == 0 && is == 0)
                continue;
            if (limit->is_null(limits.period)) {
                if (is > was)
                    TRY(check_present(change, *limit, *now));
            } else {
                const double used = count_up(change, *limit);
                if (is > was && used >= static_cast<double>(limit->integer(limits.amount)))
                    return refuse(change, *now,
                                  describe(change.view(), *limit) + " is used up: " +
                                      std::to_string(limit->integer(limits.amount)) +
                                      " core-hours a " + std::string(limit->string(limits.period)));
            }
        }
        return {};
    }

    /// What an Instance counts for: 0 when the limit is not about it.
    std::int64_t use(const Change& change, const Row& limit, const Row& instance) const {
        const auto& limits = fields().deployment_limit;
        const auto& instances = fields().instance;
        const View view = change.view();
        if (instance.link(instances.deployment) != limit.link(limits.deployment))
            return 0;
        const ObjectId slice = instance.link(instances.slice);
        if (!limit.is_null(limits.slice) && limit.link(limits.slice) != slice)
            return 0;
        if (const ObjectId site = limit.link(limits.site); site.value != 0) {
            const Row* row = view.find(slice);
            if (!row || row->link(fields().slice.site) != site)
                return 0;
        }
        const std::string_view resource = limit.string(limits.resource);
        if (resource == "instances")
            return 1;
        const Row* flavor = view.follow(instance, instances.flavor);
        if (!flavor)
            return 0;
        return flavor->integer(resource == "cores"       ? fields().flavor.cores
                               : resource == "memory_mb" ? fields().flavor.memory_mb
                                                         : fields().flavor.disk_gb);
    }

    /// The Instances among which are all that the limit counts.
    std::vector<const Row*> candidates(View view, const Row& limit) const {
        const auto& limits = fields().deployment_limit;
        const auto& instances = fields().instance;
        if (!limit.is_null(limits.slice))
            return view.linking(instances.type, instances.slice, limit.link(limits.slice));
        return view.linking(instances.type, instances.deployment, limit.link(limits.deployment));
    }

    Result<void> check_present(const Change& change, const Row& limit, const Row& instance) const {
        const auto& limits = fields().deployment_limit;
        std::int64_t total = 0;
        for (const Row* one : candidates(change.view(), limit))
            total += one->deleted() ? 0 : use(change, limit, *one);
        const std::int64_t amount = limit.integer(limits.amount);
        if (total <= amount)
            return {};
        return refuse(change, instance,
                      describe(change.view(), limit) + " allows " + std::to_string(amount) + " " +
                          std::string(limit.string(limits.resource)) +
                          ", and with it there would be " + std::to_string(total));
    }

    /// Adds what ran since `used_at`, once a transaction. The core-hours used in this period.
    double count_up(Change& change, const Row& limit) const {
        const auto& limits = fields().deployment_limit;
        const std::int64_t counted = limit.integer(limits.used_at);
        if (counted >= change.now())
            return limit.number(limits.used);
        std::int64_t cores = 0;
        std::unordered_map<ObjectId, bool> changed;
        for (const Edit& edit : change.edits_since(change.start())) {
            if (!change.schema().is_a(edit.any().type(), fields().instance.type))
                continue;
            changed.emplace(edit.id(), true);
            if (edit.before && !edit.before->deleted())
                cores += use(change, limit, *edit.before);
        }
        for (const Row* one : candidates(change.view(), limit)) {
            if (!one->deleted() && !changed.contains(one->id()))
                cores += use(change, limit, *one);
        }
        const std::int64_t begun = period_start(limit.string(limits.period), change.now());
        const double before = counted >= begun ? limit.number(limits.used) : 0.0;
        const double hours =
            static_cast<double>(change.now() - std::max(counted, begun)) / kMicrosecondsPerHour;
        const double used = before + hours * static_cast<double>(cores);
        change.update(limit.id(), {{limits.used, used}, {limits.used_at, change.now()}});
        return used;
    }
};

}  // namespace

RulePointer make_deployment_limits(FieldsPointer fields) {
    return std::make_unique<DeploymentLimits>(std::move(fields));
}

}  // namespace xos::core
