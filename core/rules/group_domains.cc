#include "core/rules/group_domains.h"

#include "core/rules/admission.h"
#include "core/rules/location.h"

#include <algorithm>
#include <unordered_map>

namespace xos::core {

ObjectId group_domain(View view, const Fields& fields, const Row& group, ObjectId node) {
    const std::string_view per = group.string(fields.instance_group.per);
    const Row* row = view.find(node);
    if (per == "all" || !row)
        return {};
    if (per == "site")
        return row->link(fields.node.site);
    return per == "node" ? node : deployment_of_node(view, fields, *row);
}

std::set<ObjectId> group_domains(View view, const Fields& fields, const Row& group) {
    const auto labels = group.links(fields.instance_group.labels);
    const ObjectId slice = group.link(fields.instance_group.slice);
    std::unordered_map<ObjectId, bool> admitted;
    std::set<ObjectId> domains;
    view.for_each(fields.node.type, [&](const Row& node) {
        if (node.deleted() || !node.boolean(fields.node.enabled) ||
            controller_of_node(view, fields, node).value == 0 ||
            !has_labels(view, fields, node.id(), labels))
            return true;
        const ObjectId deployment = deployment_of_node(view, fields, node);
        const auto [answer, is_new] = admitted.try_emplace(deployment);
        if (is_new)
            answer->second = why_not_admitted(view, fields, slice, deployment).empty();
        // A node that this transaction makes has no site before its rule has run.
        if (answer->second && !node.is_null(fields.node.site))
            domains.insert(group_domain(view, fields, group, node.id()));
        return true;
    });
    return domains;
}

bool has_labels(View view, const Fields& fields, ObjectId node, std::span<const ObjectId> labels) {
    return std::all_of(labels.begin(), labels.end(), [&](ObjectId label) {
        const Row* row = view.find(label);
        if (!row)
            return false;
        const auto nodes = row->links(fields.node_label.nodes);
        return std::binary_search(nodes.begin(), nodes.end(), node);
    });
}

std::string why_not_of_group(View view, const Fields& fields, const Row& instance,
                             const Row& node) {
    const auto& instances = fields.instance;
    const Row* group = view.follow(instance, instances.group);
    if (!group || group->string(fields.instance_group.per) == "all")
        return {};
    const ObjectId domain = group_domain(view, fields, *group, node.id());
    std::int64_t there = 0;
    for (const Row* member : view.live_linking(instances.type, instances.group, group->id())) {
        const ObjectId at = member->link(instances.node);
        if (member->id() != instance.id() && at.value != 0 &&
            group_domain(view, fields, *group, at) == domain)
            ++there;
    }
    if (there < group->integer(fields.instance_group.count))
        return {};
    return "has all that " + describe(view, *group) + " wants there";
}

}  // namespace xos::core
