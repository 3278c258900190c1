#include "core/rules/location.h"

namespace xos::core {

namespace {

ObjectId by_place(View view, const Fields& fields, const Row& node, FieldIndex field) {
    const Row* place = view.follow(node, fields.node.site_deployment);
    return place ? place->link(field) : ObjectId{};
}

}  // namespace

ObjectId deployment_of_node(View view, const Fields& fields, const Row& node) {
    return by_place(view, fields, node, fields.site_deployment.deployment);
}

ObjectId controller_of_node(View view, const Fields& fields, const Row& node) {
    return by_place(view, fields, node, fields.site_deployment.controller);
}

ObjectId controller_of_instance(View view, const Fields& fields, const Row& instance) {
    const Row* node = view.follow(instance, fields.instance.node);
    return node ? controller_of_node(view, fields, *node) : ObjectId{};
}

ObjectId site_of_instance(View view, const Fields& fields, const Row& instance) {
    const Row* node = view.follow(instance, fields.instance.node);
    return node ? node->link(fields.node.site) : ObjectId{};
}

bool belongs_on(View view, const Fields& fields, const Row& instance, const Row& network) {
    const ObjectId site = network.link(fields.network.site);
    return site.value == 0 || site == site_of_instance(view, fields, instance);
}

bool is_nat(View view, const Fields& fields, const Row& network) {
    const Row* used = view.follow(network, fields.network.network_template);
    return used && used->string(fields.network_template.translation) == "NAT";
}

}  // namespace xos::core
