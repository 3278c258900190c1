#pragma once

#include "model/view.h"
#include "services/local/specs.h"

#include <string>
#include <string_view>
#include <vector>

namespace xos::local {

/// Where the root file system of an instance comes from.
struct ImageSource {
    std::string name;  ///< For messages.
    ObjectId id;       ///< The Image.
    bool builtin = false;
    std::string sha256;  ///< Of its content; empty: nothing was uploaded.
};

/// Reads from the model what the cloud on this host should be.
///
/// The bridge of a network carries the id of its ControllerNetwork. Belongs to one schema, which
/// must hold the core models. Immutable.
class SpecReader {
public:
    explicit SpecReader(const schema::Schema& schema);

    /// What a ControllerNetwork should be. Invalid when its template asks for what this driver
    /// cannot do, naming it.
    Result<NetworkSpec> network(model::View view, const model::Row& controller_network) const;
    /// What an Instance should be, but for its `rootfs`. Its deleted ports are left out.
    Result<InstanceSpec> instance(model::View view, const model::Row& instance) const;
    ImageSource image(model::View view, const model::Row& instance) const;

    /// The instance of a Port.
    const model::Row* instance_of(model::View view, const model::Row& port) const;
    /// The address of the interface with the lowest number, or "".
    std::string first_address(model::View view, const model::Row& instance) const;
    std::string hostname_of(const model::Row& instance) const;
    std::string name_of(const model::Row& instance) const;

    TypeId controller_network_type() const { return controller_network_.type; }
    TypeId instance_type() const { return instance_.type; }
    TypeId port_type() const { return port_.type; }

private:
    using Field = model::FieldIndex;
    struct ControllerNetworkFields {
        TypeId type;
        Field network, controller;
    };
    struct NetworkFields {
        Field name, subnet, template_;
    };
    struct TemplateFields {
        Field name, translation, visibility;
    };
    struct InstanceFields {
        TypeId type;
        Field name, slice, node, flavor, image, user_data;
    };
    struct PortFields {
        TypeId type;
        Field network, instance, ip, mac, number;
    };
    struct PlaceFields {
        Field node_binding, binding_controller;
    };
    struct FlavorFields {
        Field cores, memory, processes;
    };
    struct ImageFields {
        Field name, path, sha256;
    };
    struct KeyFields {
        TypeId privilege;
        Field user, slice, public_key, is_active, service, service_key;
    };

    bool has_way_out(model::View view, const model::Row& network) const;
    const model::Row* controller_of(model::View view, const model::Row& instance) const;
    Result<PortSpec> port(model::View view, const model::Row& instance,
                          const model::Row& port) const;
    std::vector<const model::Row*> live_ports(model::View view, const model::Row& instance) const;
    std::string hosts(model::View view, const model::Row& instance) const;
    std::string authorized_keys(model::View view, const model::Row& instance) const;

    ControllerNetworkFields controller_network_;
    NetworkFields network_;
    TemplateFields template_;
    InstanceFields instance_;
    PortFields port_;
    PlaceFields place_;
    FlavorFields flavor_;
    ImageFields image_;
    KeyFields keys_;
};

}  // namespace xos::local
