#include "core/rules/core_rule.h"
#include "core/rules/rules.h"

#include <algorithm>
#include <utility>

namespace xos::core {

namespace {

/// A ServiceDependency with `connect_method` private keeps one private Network, owned by the
/// provider's live Slice with the lowest id and joined by all live Slices of both services; with
/// public it keeps that Slice on a public one. Without such a Slice there is none, and it goes with
/// the dependency. The Network is this rule's: who deletes it or a membership by hand is refused.
class Connection : public CoreRule {
public:
    explicit Connection(FieldsPointer fields)
        : CoreRule(
              "connection", fields,
              {fields->services.dependency.type, fields->slice.type, fields->network_slice.type}) {}

    Result<void> apply(Change& change, const Edit& edit) const override {
        const schema::Schema& schema = change.schema();
        const TypeId type = edit.any().type();
        if (schema.is_a(type, fields().slice.type))
            return apply_slice(change, edit);
        if (schema.is_a(type, fields().network_slice.type))
            return apply_membership(change, edit);
        const auto& dependencies = fields().services.dependency;
        if (!touches(change, edit,
                     {dependencies.provider, dependencies.subscriber, dependencies.connect_method,
                      dependencies.network}))
            return {};
        return settle(change, edit);
    }

private:
    Result<void> apply_slice(Change& change, const Edit& edit) const {
        const auto& dependencies = fields().services.dependency;
        if (!touches(change, edit, {fields().slice.service}))
            return {};
        for (const Row* row : {edit.before, edit.after}) {
            const ObjectId service = row ? row->link(fields().slice.service) : ObjectId{};
            if (service.value == 0)
                continue;
            for (const FieldIndex side : {dependencies.provider, dependencies.subscriber}) {
                for (const Row* one : change.view().live_linking(dependencies.type, side, service))
                    TRY(connect(change, one->id()));
            }
        }
        return {};
    }

    Result<void> apply_membership(Change& change, const Edit& edit) const {
        const auto& dependencies = fields().services.dependency;
        const auto& memberships = fields().network_slice;
        if (!touches(change, edit, {memberships.network, memberships.slice}))
            return {};
        const ObjectId network = edit.any().link(memberships.network);
        for (const Row* one :
             change.view().live_linking(dependencies.type, dependencies.network, network)) {
            if (is_asked_to_go(change, edit.id()))
                return refuse_removal(change, edit.id(), *one);
            TRY(connect(change, one->id()));
        }
        return {};
    }

    Result<void> settle(Change& change, const Edit& edit) const {
        const auto& dependencies = fields().services.dependency;
        if (const Row* dependency = find_live(change, dependencies.type, edit.id())) {
            const Row* before = change.before(edit.id());
            const ObjectId had = before ? before->link(dependencies.network) : ObjectId{};
            if (dependency->is_null(dependencies.network) && is_asked_to_go(change, had))
                return refuse_removal(change, had, *dependency);
            return connect(change, edit.id());
        }
        for (const Row* row : {edit.before, edit.after}) {
            if (row)
                TRY(disconnect(change, row->link(dependencies.network)));
        }
        return {};
    }

    bool is_asked_to_go(const Change& change, ObjectId id) const {
        const auto& asked = change.asked_deletions();
        return std::find(asked.begin(), asked.end(), id) != asked.end();
    }

    Error refuse_removal(const Change& change, ObjectId id, const Row& dependency) const {
        return conflict(change, *change.view().find(id),
                        "it connects two services: set connect_method of " +
                            describe(change.view(), dependency) + " to none instead");
    }

    Result<void> connect(Change& change, ObjectId id) const {
        const auto& dependencies = fields().services.dependency;
        const Row& dependency = *change.view().find(id);
        const std::string method(dependency.string(dependencies.connect_method));
        const auto providers = slices_of(change.view(), dependency.link(dependencies.provider));
        const ObjectId had = dependency.link(dependencies.network);
        if (method == "none" || providers.empty())
            return disconnect(change, had);
        const ObjectId owner = providers.front();
        const Row* used = network_template(change.view(), method);
        if (!used)
            return refuse(change, dependency, dependencies.connect_method,
                          "there is no network template for it");
        std::vector<ObjectId> members{owner};
        if (method == "private") {
            const auto users = slices_of(change.view(), dependency.link(dependencies.subscriber));
            members.insert(members.end(), providers.begin() + 1, providers.end());
            members.insert(members.end(), users.begin(), users.end());
            std::sort(members.begin(), members.end());
            members.erase(std::unique(members.begin(), members.end()), members.end());
        }
        const ObjectId network = TRY(keep_network(change, id, owner, used->id()));
        change.update(network, {{fields().network.permitted_slices, members}});
        return keep_members(change, network, members);
    }

    /// The slices in which a service runs, by id.
    std::vector<ObjectId> slices_of(View view, ObjectId service) const {
        std::vector<ObjectId> found;
        for (const Row* slice :
             view.live_linking(fields().slice.type, fields().slice.service, service))
            found.push_back(slice->id());
        return found;
    }

    const Row* network_template(View view, const std::string& method) const {
        const auto& templates = fields().network_template;
        const auto found =
            view.find_equal(templates.type, templates.name,
                            std::string(method == "private" ? "Private" : "Public shared IPv4"));
        return found.empty() ? nullptr : found.front();
    }

    Result<ObjectId> keep_network(Change& change, ObjectId id, ObjectId owner,
                                  ObjectId used) const {
        const auto& dependencies = fields().services.dependency;
        const auto& networks = fields().network;
        const auto& services = fields().services.service;
        const ObjectId had = change.view().find(id)->link(dependencies.network);
        if (const Row* network = find_live(change, networks.type, had)) {
            if (network->link(networks.owner) == owner &&
                network->link(networks.network_template) == used)
                return had;
            TRY(disconnect(change, had));
        }
        const Row& dependency = *change.view().find(id);
        std::string name;
        for (const FieldIndex side : {dependencies.provider, dependencies.subscriber}) {
            if (const Row* service = change.view().follow(dependency, side))
                name += (name.empty() ? "" : "-") + std::string(service->string(services.name));
        }
        name += "-" + std::string(dependency.string(dependencies.connect_method));
        const ObjectId made = change
                                  .create(networks.type, {{networks.name, name},
                                                          {networks.network_template, used},
                                                          {networks.owner, owner}})
                                  .id();
        change.update(id, {{dependencies.network, made}});
        return made;
    }

    Result<void> keep_members(Change& change, ObjectId network,
                              const std::vector<ObjectId>& members) const {
        const auto& memberships = fields().network_slice;
        std::vector<ObjectId> missing = members;
        for (const Row* membership :
             change.view().live_linking(memberships.type, memberships.network, network)) {
            const ObjectId slice = membership->link(memberships.slice);
            if (std::erase(missing, slice) == 0)
                TRY(change.remove(membership->id()));
        }
        for (const ObjectId slice : missing)
            change.create(memberships.type,
                          {{memberships.network, network}, {memberships.slice, slice}});
        return {};
    }

    Result<void> disconnect(Change& change, ObjectId network) const {
        return find_live(change, fields().network.type, network) ? change.remove(network)
                                                                 : Result<void>();
    }
};

}  // namespace

RulePointer make_connection(FieldsPointer fields) {
    return std::make_unique<Connection>(std::move(fields));
}

}  // namespace xos::core
