#include "core/rules/core_rule.h"
#include "core/rules/location.h"
#include "core/rules/rules.h"

#include <algorithm>
#include <utility>

namespace xos::core {

namespace {

/// One kind of object that stands for another one on one Controller.
struct Shadow {
    TypeId type;
    FieldIndex controller;
    FieldIndex original;
    TypeId original_type;
};

/// What stands behind a shadow: an object, on a controller.
struct Pair {
    ObjectId controller;
    ObjectId original;
    bool operator==(const Pair&) const = default;
};

/// A ControllerSlice exists for each Controller on which its Slice has a live Instance, a
/// ControllerNetwork for each on which its Network has a live Port of a live Instance; no others.
class Shadows : public CoreRule {
public:
    explicit Shadows(FieldsPointer fields)
        : CoreRule("shadows", fields,
                   {fields->instance.type, fields->port.type, fields->node.type,
                    fields->site_deployment.type, fields->controller_slice.type,
                    fields->controller_network.type}),
          slice_{fields->controller_slice.type, fields->controller_slice.controller,
                 fields->controller_slice.slice, fields->slice.type},
          network_{fields->controller_network.type, fields->controller_network.controller,
                   fields->controller_network.network, fields->network.type} {}

    Result<void> apply(Change& change, const Edit& edit) const override {
        const schema::Schema& schema = change.schema();
        const TypeId type = edit.any().type();
        if (schema.is_a(type, fields().instance.type))
            return apply_instance(change, edit);
        if (schema.is_a(type, fields().port.type))
            return apply_port(change, edit);
        if (schema.is_a(type, fields().node.type))
            return apply_node(change, edit);
        if (schema.is_a(type, fields().site_deployment.type))
            return apply_place(change, edit);
        return apply_shadow(change, edit, type == slice_.type ? slice_ : network_);
    }

private:
    Result<void> apply_instance(Change& change, const Edit& edit) const {
        const auto& instances = fields().instance;
        if (!touches(change, edit, {instances.slice, instances.node}))
            return {};
        const View view = change.view();
        const Row* now = view.find(edit.id());
        TRY(settle(change, slice_, edit, [&](const Row& row) {
            return Pair{controller_of_instance(view, fields(), row), row.link(instances.slice)};
        }));
        if (!now || !edit.before)
            return {};
        // Its networks move with it.
        const ObjectId old_controller = controller_of_instance(view, fields(), *edit.before);
        const auto& ports = fields().port;
        for (const Row* port : view.linking(ports.type, ports.instance, edit.id())) {
            TRY(settle_pair(change, network_, {old_controller, port->link(ports.network)}));
            TRY(settle_pair(
                change, network_,
                {controller_of_instance(view, fields(), *now), port->link(ports.network)}));
        }
        return {};
    }

    Result<void> apply_port(Change& change, const Edit& edit) const {
        const auto& ports = fields().port;
        if (!touches(change, edit, {ports.network, ports.instance}))
            return {};
        const View view = change.view();
        return settle(change, network_, edit, [&](const Row& port) {
            const Row* instance = view.follow(port, ports.instance);
            return Pair{instance ? controller_of_instance(view, fields(), *instance) : ObjectId{},
                        port.link(ports.network)};
        });
    }

    /// Settles what the row stands for before and after the edit.
    template <class PairOf>
    Result<void> settle(Change& change, const Shadow& shadow, const Edit& edit,
                        const PairOf& pair_of) const {
        const Pair after = edit.after ? pair_of(*edit.after) : Pair{};
        TRY(settle_pair(change, shadow, after));
        const Pair before = edit.before ? pair_of(*edit.before) : Pair{};
        return before == after ? Result<void>() : settle_pair(change, shadow, before);
    }

    Result<void> apply_node(Change& change, const Edit& edit) const {
        if (!edit.before || !edit.after || !touches(change, edit, {fields().node.site_deployment}))
            return {};
        TRY(settle_controller(change, controller_of_node(change.view(), fields(), *edit.before)));
        return settle_node(change, *edit.after);
    }

    Result<void> apply_place(Change& change, const Edit& edit) const {
        const auto& places = fields().site_deployment;
        if (!edit.before || !edit.after || !touches(change, edit, {places.controller}))
            return {};
        TRY(settle_controller(change, edit.before->link(places.controller)));
        for (const Row* node : change.view().live_linking(fields().node.type,
                                                          fields().node.site_deployment, edit.id()))
            TRY(settle_node(change, *node));
        return {};
    }

    /// Makes what the Instances of a Node need on its controller.
    Result<void> settle_node(Change& change, const Row& node) const {
        const auto& instances = fields().instance;
        const auto& ports = fields().port;
        const View view = change.view();
        const ObjectId controller = controller_of_node(view, fields(), node);
        for (const Row* instance : view.live_linking(instances.type, instances.node, node.id())) {
            TRY(settle_pair(change, slice_, {controller, instance->link(instances.slice)}));
            for (const Row* port : view.live_linking(ports.type, ports.instance, instance->id()))
                TRY(settle_pair(change, network_, {controller, port->link(ports.network)}));
        }
        return {};
    }

    /// Looks at all that stands for something on a controller which lost nodes.
    Result<void> settle_controller(Change& change, ObjectId controller) const {
        for (const Shadow* shadow : {&slice_, &network_}) {
            for (const Row* row :
                 change.view().live_linking(shadow->type, shadow->controller, controller))
                TRY(settle_pair(change, *shadow, {controller, row->link(shadow->original)}));
        }
        return {};
    }

    /// Somebody makes, changes or deletes one by hand, or this rule does and finds all well.
    Result<void> apply_shadow(Change& change, const Edit& edit, const Shadow& shadow) const {
        if (!touches(change, edit, {shadow.controller, shadow.original}))
            return {};
        const auto pair_of = [&](const Row& row) {
            return Pair{row.link(shadow.controller), row.link(shadow.original)};
        };
        const View view = change.view();
        const Row* now = find_live(change, shadow.type, edit.id());
        if (now && !is_needed(view, shadow, pair_of(*now)))
            return refuse(change, *now, shadow.original,
                          describe(view, now->link(shadow.original)) + " has no instance on " +
                              describe(view, now->link(shadow.controller)) +
                              ": it comes by itself with the first one");
        if (edit.before && is_needed(view, shadow, pair_of(*edit.before)))
            return settle_pair(change, shadow, pair_of(*edit.before));
        return {};
    }

    Result<void> settle_pair(Change& change, const Shadow& shadow, Pair pair) const {
        if (!find_live(change, fields().controller.type, pair.controller) ||
            !find_live(change, shadow.original_type, pair.original))
            return {};
        const bool needed = is_needed(change.view(), shadow, pair);
        const Row* going = nullptr;
        for (const Row* row : change.view().linking(shadow.type, shadow.original, pair.original)) {
            if (row->link(shadow.controller) != pair.controller)
                continue;
            if (!row->deleted() && needed)
                return {};
            if (!row->deleted())
                TRY(change.remove(row->id()));
            else if (is_going(change, *row))
                going = row;
        }
        if (!needed)
            return {};
        if (going)
            return conflict(change, *going, "instances need it: delete these first");
        change.create(shadow.type,
                      {{shadow.controller, pair.controller}, {shadow.original, pair.original}});
        return {};
    }

    bool is_needed(View view, const Shadow& shadow, Pair pair) const {
        return shadow.type == slice_.type ? slice_is_on(view, pair) : network_is_on(view, pair);
    }

    bool slice_is_on(View view, Pair pair) const {
        const auto& instances = fields().instance;
        return any_linking(
            view, {instances.type, instances.slice}, pair.original, [&](const Row& instance) {
                return !instance.deleted() &&
                       controller_of_instance(view, fields(), instance) == pair.controller;
            });
    }

    bool network_is_on(View view, Pair pair) const {
        const auto& ports = fields().port;
        return any_linking(view, {ports.type, ports.network}, pair.original, [&](const Row& port) {
            const Row* instance = port.deleted() ? nullptr : view.follow(port, ports.instance);
            return is_live(instance) &&
                   controller_of_instance(view, fields(), *instance) == pair.controller;
        });
    }

    const Shadow slice_, network_;
};

}  // namespace

RulePointer make_shadows(FieldsPointer fields) {
    return std::make_unique<Shadows>(std::move(fields));
}

}  // namespace xos::core
