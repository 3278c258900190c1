#include "core/rules/core_rule.h"
#include "core/rules/rules.h"

#include <utility>

namespace xos::core {

namespace {

/// While `autoconnect` is true, the owner of a Network is on it: it has a NetworkSlice.
class OwnersNetwork : public CoreRule {
public:
    explicit OwnersNetwork(FieldsPointer fields)
        : CoreRule("owner's network", fields, {fields->network.type, fields->network_slice.type}) {}

    Result<void> apply(Change& change, const Edit& edit) const override {
        const auto& networks = fields().network;
        const auto& memberships = fields().network_slice;
        if (edit.any().type() == networks.type) {
            if (touches(change, edit, {networks.owner, networks.autoconnect}))
                return settle(change, edit.id());
            return {};
        }
        // Only a membership that ends, or goes elsewhere, can leave the owner without one.
        if (edit.before && touches(change, edit, {memberships.network, memberships.slice}))
            return settle(change, edit.before->link(memberships.network));
        return {};
    }

private:
    Result<void> settle(Change& change, ObjectId network_id) const {
        const auto& networks = fields().network;
        const auto& memberships = fields().network_slice;
        const Row* network = find_live(change, networks.type, network_id);
        if (!network || !network->boolean(networks.autoconnect))
            return {};
        const Row* owner = find_live(change, fields().slice.type, network->link(networks.owner));
        if (!owner)
            return {};
        const Row* taken_away = nullptr;
        for (const Row* membership :
             change.view().linking(memberships.type, memberships.network, network_id)) {
            if (membership->link(memberships.slice) != owner->id())
                continue;
            if (!membership->deleted())
                return {};
            if (is_going(change, *membership))
                taken_away = membership;
        }
        if (taken_away)
            return conflict(change, *taken_away,
                            describe(change.view(), *network) +
                                " connects its owner while autoconnect is true: set that to "
                                "false first, or delete the network");
        change.create(memberships.type,
                      {{memberships.network, network_id}, {memberships.slice, owner->id()}});
        return {};
    }
};

}  // namespace

RulePointer make_owners_network(FieldsPointer fields) {
    return std::make_unique<OwnersNetwork>(std::move(fields));
}

}  // namespace xos::core
