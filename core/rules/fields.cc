#include "core/rules/fields.h"

#include "base/check.h"

#include <string>
#include <string_view>

namespace xos::core {

namespace {

const schema::Type& type_called(const schema::Schema& schema, std::string_view name) {
    const schema::Type* type = schema.find_type("core." + std::string(name));
    XOS_CHECK(type, "the schema has no core type " + std::string(name));
    return *type;
}

/// Reads the indexes of one type's fields.
class Lookup {
public:
    Lookup(const schema::Schema& schema, TypeId type) : type_(schema.type(type)) {}

    FieldIndex operator()(std::string_view name) const {
        const auto index = type_.find_field_index(name);
        XOS_CHECK(index, "the schema has no field " + type_.name + "." + std::string(name));
        return *index;
    }

private:
    const schema::Type& type_;
};

}  // namespace

SiteFields::SiteFields(const schema::Schema& schema) : type(type_called(schema, "Site").id) {
    const Lookup field(schema, type);
    name = field("name");
    login_base = field("login_base");
    hosts_nodes = field("hosts_nodes");
    region = field("region");
}

DeploymentFields::DeploymentFields(const schema::Schema& schema)
    : type(type_called(schema, "Deployment").id) {
    const Lookup field(schema, type);
    name = field("name");
    access_list = field("accessControl");
    default_image = field("default_image");
    default_flavor = field("default_flavor");
    default_isolation = field("default_isolation");
}

ControllerFields::ControllerFields(const schema::Schema& schema)
    : type(type_called(schema, "Controller").id) {
    const Lookup field(schema, type);
    name = field("name");
    deployment = field("deployment");
    layers = field("layers");
}

SiteDeploymentFields::SiteDeploymentFields(const schema::Schema& schema)
    : type(type_called(schema, "SiteDeployment").id) {
    const Lookup field(schema, type);
    site = field("site");
    deployment = field("deployment");
    controller = field("controller");
}

NodeFields::NodeFields(const schema::Schema& schema) : type(type_called(schema, "Node").id) {
    const Lookup field(schema, type);
    name = field("name");
    site = field("site");
    site_deployment = field("site_deployment");
    enabled = field("enabled");
}

ImageFields::ImageFields(const schema::Schema& schema) : type(type_called(schema, "Image").id) {
    const Lookup field(schema, type);
    name = field("name");
    kind = field("kind");
}

ImageDeploymentsFields::ImageDeploymentsFields(const schema::Schema& schema)
    : type(type_called(schema, "ImageDeployments").id) {
    const Lookup field(schema, type);
    image = field("image");
    deployment = field("deployment");
}

FlavorFields::FlavorFields(const schema::Schema& schema) : type(type_called(schema, "Flavor").id) {
    const Lookup field(schema, type);
    name = field("name");
    is_default = field("default");
    deployments = field("deployments");
}

NetworkTemplateFields::NetworkTemplateFields(const schema::Schema& schema)
    : type(type_called(schema, "NetworkTemplate").id) {
    const Lookup field(schema, type);
    name = field("name");
    translation = field("translation");
    deployments = field("deployments");
}

SliceFields::SliceFields(const schema::Schema& schema) : type(type_called(schema, "Slice").id) {
    const Lookup field(schema, type);
    name = field("name");
    site = field("site");
    network = field("network");
    creator = field("creator");
    max_instances = field("max_instances");
    default_image = field("default_image");
    default_flavor = field("default_flavor");
    default_isolation = field("default_isolation");
    default_node = field("default_node");
}

UserFields::UserFields(const schema::Schema& schema) : type(type_called(schema, "User").id) {
    const Lookup field(schema, type);
    email = field("email");
    site = field("site");
}

SliceRoleFields::SliceRoleFields(const schema::Schema& schema)
    : type(type_called(schema, "SliceRole").id) {
    const Lookup field(schema, type);
    role = field("role");
}

SlicePrivilegeFields::SlicePrivilegeFields(const schema::Schema& schema)
    : type(type_called(schema, "SlicePrivilege").id) {
    const Lookup field(schema, type);
    user = field("user");
    slice = field("slice");
    role = field("role");
    expires = field("expires");
}

InstanceFields::InstanceFields(const schema::Schema& schema)
    : type(type_called(schema, "Instance").id) {
    const Lookup field(schema, type);
    name = field("name");
    slice = field("slice");
    node = field("node");
    deployment = field("deployment");
    image = field("image");
    flavor = field("flavor");
    isolation = field("isolation");
    creator = field("creator");
    parent = field("parent");
    next_interface_number = field("next_interface_number");
}

NetworkFields::NetworkFields(const schema::Schema& schema)
    : type(type_called(schema, "Network").id) {
    const Lookup field(schema, type);
    name = field("name");
    network_template = field("template");
    owner = field("owner");
    site = field("site");
    autoconnect = field("autoconnect");
    permit_all_slices = field("permit_all_slices");
    permitted_slices = field("permitted_slices");
    subnet = field("subnet");
    start_ip = field("start_ip");
    end_ip = field("end_ip");
    ports = field("ports");
}

NetworkSliceFields::NetworkSliceFields(const schema::Schema& schema)
    : type(type_called(schema, "NetworkSlice").id) {
    const Lookup field(schema, type);
    network = field("network");
    slice = field("slice");
}

PortFields::PortFields(const schema::Schema& schema) : type(type_called(schema, "Port").id) {
    const Lookup field(schema, type);
    network = field("network");
    instance = field("instance");
    interface_number = field("interface_number");
    ip = field("ip");
    mac = field("mac");
    xos_created = field("xos_created");
}

ControllerSliceFields::ControllerSliceFields(const schema::Schema& schema)
    : type(type_called(schema, "ControllerSlice").id) {
    const Lookup field(schema, type);
    controller = field("controller");
    slice = field("slice");
}

ControllerNetworkFields::ControllerNetworkFields(const schema::Schema& schema)
    : type(type_called(schema, "ControllerNetwork").id) {
    const Lookup field(schema, type);
    controller = field("controller");
    network = field("network");
}

Fields::Fields(const schema::Schema& schema)
    : site(schema),
      deployment(schema),
      controller(schema),
      site_deployment(schema),
      node(schema),
      image(schema),
      image_deployments(schema),
      flavor(schema),
      network_template(schema),
      user(schema),
      slice(schema),
      slice_role(schema),
      slice_privilege(schema),
      instance(schema),
      network(schema),
      network_slice(schema),
      port(schema),
      controller_slice(schema),
      controller_network(schema) {}

}  // namespace xos::core
