#pragma once

#include "core/rules/core_rule.h"

namespace xos::core {

/// Where things are, by the links of the model: an Instance is on a Node, a Node is part of a
/// SiteDeployment, and that has a Site, a Deployment and perhaps a Controller. Each gives no object
/// when a link on the way is unset.
ObjectId deployment_of_node(View view, const Fields& fields, const Row& node);
ObjectId controller_of_node(View view, const Fields& fields, const Row& node);
ObjectId controller_of_instance(View view, const Fields& fields, const Row& instance);
ObjectId site_of_instance(View view, const Fields& fields, const Row& instance);

/// Whether an Instance has to have a Port on a Network that its Slice is on: always, or for a
/// Network of one site only when it is there.
bool belongs_on(View view, const Fields& fields, const Row& instance, const Row& network);

/// Whether the Network gives its Instances a way out by address translation.
bool is_nat(View view, const Fields& fields, const Row& network);

}  // namespace xos::core
