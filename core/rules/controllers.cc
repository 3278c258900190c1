#include "core/rules/core_rule.h"
#include "core/rules/rules.h"

#include <utility>

namespace xos::core {

namespace {

/// Where the back-ends are: a Node is at the site of its SiteDeployment, that site hosts nodes, and
/// the controller of a SiteDeployment is of the same Deployment.
class Controllers : public CoreRule {
public:
    explicit Controllers(FieldsPointer fields)
        : CoreRule("controllers", fields,
                   {fields->node.type, fields->site.type, fields->site_deployment.type,
                    fields->controller.type}) {}

    Result<void> apply(Change& change, const Edit& edit) const override {
        if (const Row* node = find_live(change, fields().node.type, edit.id())) {
            if (touches(change, edit, {fields().node.site, fields().node.site_deployment}))
                return settle_node(change, *node);
        } else if (const Row* site = find_live(change, fields().site.type, edit.id())) {
            if (touches(change, edit, {fields().site.hosts_nodes}))
                return check_site(change, *site);
        } else if (const Row* place = find_live(change, fields().site_deployment.type, edit.id())) {
            const auto& places = fields().site_deployment;
            if (touches(change, edit, {places.site, places.deployment, places.controller}))
                return settle_place(change, *place);
        } else if (const Row* controller = find_live(change, fields().controller.type, edit.id())) {
            if (touches(change, edit, {fields().controller.deployment}))
                return check_places_of(change, *controller);
        }
        return {};
    }

private:
    Result<void> settle_node(Change& change, const Row& node) const {
        const auto& nodes = fields().node;
        const Row* place =
            find_live(change, fields().site_deployment.type, node.link(nodes.site_deployment));
        if (!place)
            return {};
        const ObjectId site_id = place->link(fields().site_deployment.site);
        const Row* site = find_live(change, fields().site.type, site_id);
        if (!site)
            return {};
        if (!site->boolean(fields().site.hosts_nodes))
            return refuse(
                change, node, nodes.site_deployment,
                describe(change.view(), *site) + " hosts no nodes: set its hosts_nodes first");
        if (node.link(nodes.site) == site_id)
            return {};
        const bool is_given = !node.is_null(nodes.site) &&
                              (is_new(change, node.id()) || has_changed(change, node, nodes.site));
        if (is_given)
            return refuse(change, node, nodes.site,
                          "its site deployment is at " + describe(change.view(), *site) +
                              ", not at " + describe(change.view(), node.link(nodes.site)) +
                              ": leave site unset");
        change.update(node.id(), {{nodes.site, site_id}});
        return {};
    }

    Result<void> check_site(const Change& change, const Row& site) const {
        if (site.boolean(fields().site.hosts_nodes))
            return {};
        const auto nodes =
            change.view().live_linking(fields().node.type, fields().node.site, site.id());
        if (nodes.empty())
            return {};
        return refuse(change, site, fields().site.hosts_nodes,
                      "it has " + describe(change.view(), *nodes.front()) +
                          ": a site with nodes hosts nodes");
    }

    Result<void> settle_place(Change& change, const Row& place) const {
        TRY(check_place(change, place));
        for (const Row* node : change.view().live_linking(
                 fields().node.type, fields().node.site_deployment, place.id()))
            TRY(settle_node(change, *node));
        return {};
    }

    Result<void> check_place(const Change& change, const Row& place) const {
        const auto& places = fields().site_deployment;
        const Row* controller =
            find_live(change, fields().controller.type, place.link(places.controller));
        if (!controller)
            return {};
        const ObjectId deployment = controller->link(fields().controller.deployment);
        if (deployment == place.link(places.deployment))
            return {};
        return refuse(change, place, places.controller,
                      describe(change.view(), *controller) + " is of " +
                          describe(change.view(), deployment) + ", not of " +
                          describe(change.view(), place.link(places.deployment)));
    }

    Result<void> check_places_of(const Change& change, const Row& controller) const {
        const auto& places = fields().site_deployment;
        for (const Row* place :
             change.view().live_linking(places.type, places.controller, controller.id()))
            TRY(check_place(change, *place));
        return {};
    }
};

}  // namespace

RulePointer make_controllers(FieldsPointer fields) {
    return std::make_unique<Controllers>(std::move(fields));
}

}  // namespace xos::core
