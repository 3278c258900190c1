#include "core/rules/core_rule.h"
#include "core/rules/rules.h"

#include <algorithm>
#include <utility>

namespace xos::core {

namespace {

/// A Slice joins a Network that it owns, that permits it, or that permits all. Asked when it joins:
/// taking the permission back later ends no membership.
class NetworkJoin : public AdmissionRule {
public:
    explicit NetworkJoin(FieldsPointer fields)
        : AdmissionRule("network join", fields, {fields->network_slice.type}) {}

    Result<void> apply(Change& change, const Edit& edit) const override {
        const auto& memberships = fields().network_slice;
        const auto& networks = fields().network;
        const Row* membership = find_live(change, memberships.type, edit.id());
        if (!membership || !touches(change, edit, {memberships.network, memberships.slice}))
            return {};
        const Row* network =
            find_live(change, networks.type, membership->link(memberships.network));
        const Row* slice =
            find_live(change, fields().slice.type, membership->link(memberships.slice));
        if (!network || !slice || may_join(*network, slice->id()))
            return {};
        const std::string slice_name = describe(change.view(), *slice);
        return refuse(change, *membership, memberships.slice,
                      slice_name + " may not join " + describe(change.view(), *network) +
                          ": its owner adds the slice to permitted_slices, or sets "
                          "permit_all_slices");
    }

private:
    bool may_join(const Row& network, ObjectId slice) const {
        const auto& networks = fields().network;
        const auto permitted = network.links(networks.permitted_slices);
        return network.link(networks.owner) == slice ||
               network.boolean(networks.permit_all_slices) ||
               std::binary_search(permitted.begin(), permitted.end(), slice);
    }
};

}  // namespace

RulePointer make_network_join(FieldsPointer fields) {
    return std::make_unique<NetworkJoin>(std::move(fields));
}

}  // namespace xos::core
