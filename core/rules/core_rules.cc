#include "core/rules/core_rules.h"

#include "core/rules/rules.h"

#include <utility>

namespace xos::core {

kernel::Rules make_core_rules(const schema::Schema& schema) {
    const auto fields = std::make_shared<const Fields>(schema);
    kernel::Rules rules;
    for (const auto& make :
         {make_controllers,       make_defaults,       make_last_root,       make_slice_name,
          make_slice_creator,     make_slice_networks, make_service_graph,   make_network_join,
          make_connection,        make_owners_network, make_instance_groups, make_instance_name,
          make_one_image,         make_isolation,      make_placement,       make_deployment_policy,
          make_deployment_limits, make_quota,          make_network_ports,   make_ports,
          make_shadows,           make_addresses})
        rules.push_back(make(fields));
    return rules;
}

}  // namespace xos::core
