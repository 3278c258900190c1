#include "core/rules/core_rule.h"
#include "core/rules/location.h"
#include "core/rules/rules.h"

#include <algorithm>
#include <utility>

namespace xos::core {

namespace {

/// Every Instance is on every Network: a live Instance has exactly one live Port for each
/// NetworkSlice of its Slice, and no other; of a Network with a `site` only when it is there.
///
/// `interface_number` counts from 0 in order of attachment, NAT first when attached together, and
/// `next_interface_number` of the Instance remembers which are used up. Ports are the doing of this
/// rule; who makes or deletes one by hand against it is refused.
class Ports : public CoreRule {
public:
    explicit Ports(FieldsPointer fields)
        : CoreRule("every instance on every network", fields,
                   {fields->instance.type, fields->network_slice.type, fields->network.type,
                    fields->port.type, fields->node.type}) {}

    Result<void> apply(Change& change, const Edit& edit) const override {
        const schema::Schema& schema = change.schema();
        const TypeId type = edit.any().type();
        if (schema.is_a(type, fields().instance.type))
            return apply_instance(change, edit);
        if (schema.is_a(type, fields().port.type))
            return apply_port(change, edit);
        if (schema.is_a(type, fields().network_slice.type))
            return apply_membership(change, edit);
        if (schema.is_a(type, fields().network.type))
            return apply_network(change, edit);
        return apply_node(change, edit);
    }

private:
    /// A Network that an Instance has to be on.
    struct Attachment {
        const Row* network;
        const Row* port;  ///< nullptr as long as there is none.
        bool is_nat;
        ObjectId membership;
    };

    Result<void> apply_instance(Change& change, const Edit& edit) const {
        if (touches(change, edit, {fields().instance.slice, fields().instance.node}))
            return settle(change, edit.id());
        return {};
    }

    Result<void> apply_port(Change& change, const Edit& edit) const {
        const auto& ports = fields().port;
        if (!touches(change, edit, {ports.network, ports.instance, ports.interface_number}))
            return {};
        const bool is_made_here = !edit.before && edit.after->boolean(ports.xos_created);
        if (is_made_here)
            return {};
        if (edit.before)
            TRY(settle(change, edit.before->link(ports.instance)));
        if (edit.after)
            TRY(settle(change, edit.after->link(ports.instance)));
        return {};
    }

    Result<void> apply_membership(Change& change, const Edit& edit) const {
        const auto& memberships = fields().network_slice;
        if (!touches(change, edit, {memberships.network, memberships.slice}))
            return {};
        for (const Row* row : {edit.before, edit.after}) {
            if (row)
                TRY(settle_slice(change, row->link(memberships.slice)));
        }
        return {};
    }

    Result<void> apply_network(Change& change, const Edit& edit) const {
        const auto& memberships = fields().network_slice;
        if (!edit.before || !touches(change, edit, {fields().network.site}))
            return {};
        for (const Row* membership :
             change.view().live_linking(memberships.type, memberships.network, edit.id()))
            TRY(settle_slice(change, membership->link(memberships.slice)));
        return {};
    }

    Result<void> apply_node(Change& change, const Edit& edit) const {
        const auto& instances = fields().instance;
        if (!edit.before || !touches(change, edit, {fields().node.site}))
            return {};
        for (const Row* instance :
             change.view().live_linking(instances.type, instances.node, edit.id()))
            TRY(settle(change, instance->id()));
        return {};
    }

    Result<void> settle_slice(Change& change, ObjectId slice) const {
        const auto& instances = fields().instance;
        for (const Row* instance :
             change.view().live_linking(instances.type, instances.slice, slice))
            TRY(settle(change, instance->id()));
        return {};
    }

    Result<void> settle(Change& change, ObjectId id) const {
        const auto& instances = fields().instance;
        const Row* instance = find_live(change, instances.type, id);
        if (!instance)
            return {};
        std::vector<Attachment> attachments = wanted_by(change, *instance);
        TRY(match_ports(change, *instance, attachments));
        std::erase_if(attachments, [&](const Attachment& attachment) {
            return attachment.port && !attachment.port->is_null(fields().port.interface_number);
        });
        if (attachments.empty())
            return {};
        std::sort(attachments.begin(), attachments.end(),
                  [](const Attachment& left, const Attachment& right) {
                      return std::pair(!left.is_nat, left.membership) <
                             std::pair(!right.is_nat, right.membership);
                  });
        return attach(change, *instance, attachments);
    }

    std::vector<Attachment> wanted_by(const Change& change, const Row& instance) const {
        const auto& memberships = fields().network_slice;
        const View view = change.view();
        std::vector<Attachment> wanted;
        for (const Row* membership : view.live_linking(memberships.type, memberships.slice,
                                                       instance.link(fields().instance.slice))) {
            const Row* network =
                find_live(change, fields().network.type, membership->link(memberships.network));
            if (network && belongs_on(view, fields(), instance, *network))
                wanted.push_back(
                    {network, nullptr, is_nat(view, fields(), *network), membership->id()});
        }
        return wanted;
    }

    /// Finds the Ports that there are, and removes those of no wanted Network.
    Result<void> match_ports(Change& change, const Row& instance,
                             std::vector<Attachment>& attachments) const {
        const auto& ports = fields().port;
        for (const Row* port : change.view().linking(ports.type, ports.instance, instance.id())) {
            const auto wanted = std::find_if(
                attachments.begin(), attachments.end(), [&](const Attachment& attachment) {
                    return attachment.network->id() == port->link(ports.network);
                });
            const bool is_wanted = wanted != attachments.end();
            if (port->deleted()) {
                if (is_wanted && is_going(change, *port))
                    return conflict(change, *port,
                                    describe(change.view(), instance) +
                                        " is on every network of its slice: delete the network "
                                        "slice or the instance instead");
            } else if (is_wanted) {
                TRY(check_number(change, instance, *port));
                wanted->port = port;
            } else {
                TRY(drop(change, instance, *port));
            }
        }
        return {};
    }

    /// An interface keeps its number, and a number given by hand must not be used up.
    Result<void> check_number(const Change& change, const Row& instance, const Row& port) const {
        const auto& ports = fields().port;
        const FieldIndex number = ports.interface_number;
        if (has_changed(change, port, number) && !change.before(port.id())->is_null(number))
            return refuse(change, port, number, "an interface keeps its number");
        const bool is_given =
            is_new(change, port.id()) && !port.boolean(ports.xos_created) && !port.is_null(number);
        const std::int64_t next = instance.integer(fields().instance.next_interface_number);
        if (is_given && port.integer(number) >= next)
            return refuse(change, port, number,
                          describe(change.view(), instance) + " goes on with number " +
                              std::to_string(next) + ": leave interface_number unset");
        return {};
    }

    Result<void> drop(Change& change, const Row& instance, const Row& port) const {
        const auto& ports = fields().port;
        const bool is_by_hand = (is_new(change, port.id()) && !port.boolean(ports.xos_created)) ||
                                has_changed(change, port, ports.network) ||
                                has_changed(change, port, ports.instance);
        if (!is_by_hand)
            return change.remove(port.id());
        const View view = change.view();
        return refuse(change, port, ports.network,
                      describe(view, instance) + " has no place on " +
                          describe(view, port.link(ports.network)) + ": " +
                          describe(view, instance.link(fields().instance.slice)) +
                          " joins it by a network slice, and the port comes by itself");
    }

    Result<void> attach(Change& change, const Row& instance,
                        const std::vector<Attachment>& attachments) const {
        const auto& ports = fields().port;
        const FieldIndex next = fields().instance.next_interface_number;
        std::int64_t number = instance.integer(next);
        for (const Attachment& attachment : attachments) {
            if (attachment.port)
                change.update(attachment.port->id(), {{ports.interface_number, number}});
            else
                change.create(ports.type, {{ports.network, attachment.network->id()},
                                           {ports.instance, instance.id()},
                                           {ports.interface_number, number},
                                           {ports.xos_created, true}});
            ++number;
        }
        change.update(instance.id(), {{next, number}});
        return {};
    }
};

}  // namespace

RulePointer make_ports(FieldsPointer fields) {
    return std::make_unique<Ports>(std::move(fields));
}

}  // namespace xos::core
