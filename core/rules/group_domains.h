#pragma once

#include "core/rules/core_rule.h"

#include <set>

namespace xos::core {

/// Where an InstanceGroup counts: all together (no object), or the site, node or deployment that
/// `per` says a node belongs to.
ObjectId group_domain(View view, const Fields& fields, const Row& group, ObjectId node);

/// The places that the group has instances at: those with a node that is enabled, has a controller
/// and all labels of the group, and is of a deployment that admits the group's slice.
std::set<ObjectId> group_domains(View view, const Fields& fields, const Row& group);

/// Whether the node has all of the labels.
bool has_labels(View view, const Fields& fields, ObjectId node, std::span<const ObjectId> labels);

/// Why the group of an Instance does not want it on the node: it has enough there. Else empty.
std::string why_not_of_group(View view, const Fields& fields, const Row& instance, const Row& node);

}  // namespace xos::core
