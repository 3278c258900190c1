#pragma once

#include "core/rules/fields.h"
#include "kernel/rule.h"

namespace xos::core {

/// The rules of the core types, each made by a function of its own and kept in the file of its
/// name. What each makes hold is said there; README.md says why they run in this order.
using RulePointer = std::unique_ptr<const kernel::Rule>;

RulePointer make_controllers(FieldsPointer fields);
RulePointer make_defaults(FieldsPointer fields);
RulePointer make_last_root(FieldsPointer fields);
RulePointer make_slice_name(FieldsPointer fields);
RulePointer make_slice_creator(FieldsPointer fields);
RulePointer make_slice_networks(FieldsPointer fields);
RulePointer make_service_graph(FieldsPointer fields);
RulePointer make_connection(FieldsPointer fields);
RulePointer make_owners_network(FieldsPointer fields);
RulePointer make_network_join(FieldsPointer fields);
RulePointer make_instance_groups(FieldsPointer fields);
RulePointer make_instance_name(FieldsPointer fields);
RulePointer make_one_image(FieldsPointer fields);
RulePointer make_isolation(FieldsPointer fields);
RulePointer make_placement(FieldsPointer fields);
RulePointer make_deployment_policy(FieldsPointer fields);
RulePointer make_deployment_limits(FieldsPointer fields);
RulePointer make_quota(FieldsPointer fields);
RulePointer make_network_ports(FieldsPointer fields);
RulePointer make_ports(FieldsPointer fields);
RulePointer make_shadows(FieldsPointer fields);
RulePointer make_addresses(FieldsPointer fields);

}  // namespace xos::core
