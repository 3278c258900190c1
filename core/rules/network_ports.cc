#include "core/rules/core_rule.h"
#include "core/rules/port_list.h"
#include "core/rules/rules.h"

#include <utility>

namespace xos::core {

namespace {

/// `Network.ports` is a list of ports that can be read.
class NetworkPorts : public AdmissionRule {
public:
    explicit NetworkPorts(FieldsPointer fields)
        : AdmissionRule("network ports", fields, {fields->network.type}) {}

    Result<void> apply(Change& change, const Edit& edit) const override {
        const auto& networks = fields().network;
        const Row* network = find_live(change, networks.type, edit.id());
        if (!network || !touches(change, edit, {networks.ports}))
            return {};
        const auto ports = parse_ports(network->string(networks.ports));
        if (ports)
            return {};
        return refuse(change, *network, networks.ports, ports.error().message());
    }
};

}  // namespace

RulePointer make_network_ports(FieldsPointer fields) {
    return std::make_unique<NetworkPorts>(std::move(fields));
}

}  // namespace xos::core
