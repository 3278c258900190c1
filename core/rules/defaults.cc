#include "core/rules/core_rule.h"
#include "core/rules/location.h"
#include "core/rules/rules.h"

#include <utility>

namespace xos::core {

namespace {

/// Fills in what a user left out of a Slice or an Instance. `creator` is the caller. `deployment`
/// is the node's. `flavor` and `isolation` are the Slice's, else those of the Deployment named;
/// a flavor that is still missing is the Flavor marked `default`.
class Defaults : public CoreRule {
public:
    explicit Defaults(FieldsPointer fields)
        : CoreRule("defaults", fields,
                   {fields->slice.type, fields->instance.type, fields->node.type,
                    fields->site_deployment.type}) {}

    Result<void> apply(Change& change, const Edit& edit) const override {
        const schema::Schema& schema = change.schema();
        const TypeId type = edit.any().type();
        if (schema.is_a(type, fields().instance.type))
            return apply_instance(change, edit);
        if (schema.is_a(type, fields().slice.type))
            return apply_slice(change, edit);
        if (!edit.before)
            return {};
        if (schema.is_a(type, fields().node.type))
            return apply_node(change, edit);
        return apply_place(change, edit);
    }

private:
    Result<void> apply_slice(Change& change, const Edit& edit) const {
        const Row* slice = find_live(change, fields().slice.type, edit.id());
        if (slice && !edit.before)
            set_creator(change, *slice, fields().slice.creator);
        return {};
    }

    Result<void> apply_instance(Change& change, const Edit& edit) const {
        const auto& instances = fields().instance;
        const Row* instance = find_live(change, instances.type, edit.id());
        if (!instance || !touches(change, edit,
                                  {instances.slice, instances.node, instances.deployment,
                                   instances.flavor, instances.isolation}))
            return {};
        if (!edit.before)
            set_creator(change, *instance, instances.creator);
        TRY(settle_deployment(change, edit.id()));
        return settle_flavor_and_isolation(change, edit.id());
    }

    /// A node that goes to another deployment takes its instances along.
    Result<void> apply_node(Change& change, const Edit& edit) const {
        if (touches(change, edit, {fields().node.site_deployment}))
            return settle_deployments(change, edit.id());
        return {};
    }

    Result<void> apply_place(Change& change, const Edit& edit) const {
        if (!touches(change, edit, {fields().site_deployment.deployment}))
            return {};
        for (const Row* node : change.view().live_linking(fields().node.type,
                                                          fields().node.site_deployment, edit.id()))
            TRY(settle_deployments(change, node->id()));
        return {};
    }

    Result<void> settle_deployments(Change& change, ObjectId node) const {
        const auto& instances = fields().instance;
        for (const Row* instance : change.view().live_linking(instances.type, instances.node, node))
            TRY(settle_deployment(change, instance->id()));
        return {};
    }

    void set_creator(Change& change, const Row& row, FieldIndex creator) const {
        const kernel::Principal& caller = change.principal();
        if (row.is_null(creator) && caller.kind == kernel::Principal::Kind::User)
            change.update(row.id(), {{creator, caller.id}});
    }

    Result<void> settle_deployment(Change& change, ObjectId id) const {
        const auto& instances = fields().instance;
        const Row& instance = *change.view().find(id);
        const Row* node = find_live(change, fields().node.type, instance.link(instances.node));
        if (!node)
            return {};
        const ObjectId deployment = deployment_of_node(change.view(), fields(), *node);
        if (instance.link(instances.deployment) == deployment)
            return {};
        const bool is_given =
            !instance.is_null(instances.deployment) &&
            (is_new(change, id) || has_changed(change, instance, instances.deployment));
        if (is_given)
            return refuse(change, instance, instances.deployment,
                          describe(change.view(), *node) + " is of " +
                              describe(change.view(), deployment) + ", not of " +
                              describe(change.view(), instance.link(instances.deployment)) +
                              ": leave deployment unset");
        change.update(id, {{instances.deployment, deployment}});
        return {};
    }

    Result<void> settle_flavor_and_isolation(Change& change, ObjectId id) const {
        const auto& instances = fields().instance;
        const Row& instance = *change.view().find(id);
        const Row* slice = find_live(change, fields().slice.type, instance.link(instances.slice));
        const Row* deployment =
            find_live(change, fields().deployment.type, instance.link(instances.deployment));
        if (!slice)
            return {};
        model::FieldValues values;
        if (instance.string(instances.isolation).empty()) {
            const std::string_view isolation = first_isolation(*slice, deployment);
            if (isolation.empty())
                return refuse(change, instance, instances.isolation,
                              "give an isolation, or set default_isolation of " +
                                  describe(change.view(), *slice));
            values.emplace_back(instances.isolation, std::string(isolation));
        }
        if (instance.is_null(instances.flavor)) {
            const ObjectId flavor = first_flavor(change.view(), *slice, deployment);
            if (flavor.value == 0)
                return refuse(
                    change, instance, instances.flavor,
                    "give a flavor, or set default_flavor of " + describe(change.view(), *slice));
            values.emplace_back(instances.flavor, flavor);
        }
        if (!values.empty())
            change.update(id, values);
        return {};
    }

    std::string_view first_isolation(const Row& slice, const Row* deployment) const {
        const std::string_view isolation = slice.string(fields().slice.default_isolation);
        if (!isolation.empty() || !deployment)
            return isolation;
        return deployment->string(fields().deployment.default_isolation);
    }

    ObjectId first_flavor(View view, const Row& slice, const Row* deployment) const {
        if (!slice.is_null(fields().slice.default_flavor))
            return slice.link(fields().slice.default_flavor);
        if (deployment && !deployment->is_null(fields().deployment.default_flavor))
            return deployment->link(fields().deployment.default_flavor);
        const auto marked = view.find_equal(fields().flavor.type, fields().flavor.is_default, true);
        return marked.empty() ? ObjectId{} : marked.front()->id();
    }
};

}  // namespace

RulePointer make_defaults(FieldsPointer fields) {
    return std::make_unique<Defaults>(std::move(fields));
}

}  // namespace xos::core
