#include "core/rules/fields.h"

#include "core/rules/field_lookup.h"

namespace xos::core {

SiteFields::SiteFields(const schema::Schema& schema) {
    const FieldLookup field(schema, "Site");
    type = field.type();
    name = field("name");
    login_base = field("login_base");
    hosts_nodes = field("hosts_nodes");
    region = field("region");
}

DeploymentFields::DeploymentFields(const schema::Schema& schema) {
    const FieldLookup field(schema, "Deployment");
    type = field.type();
    name = field("name");
    access_list = field("accessControl");
    default_image = field("default_image");
    default_flavor = field("default_flavor");
    default_isolation = field("default_isolation");
}

ControllerFields::ControllerFields(const schema::Schema& schema) {
    const FieldLookup field(schema, "Controller");
    type = field.type();
    name = field("name");
    deployment = field("deployment");
    layers = field("layers");
}

SiteDeploymentFields::SiteDeploymentFields(const schema::Schema& schema) {
    const FieldLookup field(schema, "SiteDeployment");
    type = field.type();
    site = field("site");
    deployment = field("deployment");
    controller = field("controller");
}

NodeFields::NodeFields(const schema::Schema& schema) {
    const FieldLookup field(schema, "Node");
    type = field.type();
    name = field("name");
    site = field("site");
    site_deployment = field("site_deployment");
    enabled = field("enabled");
}

NodeLabelFields::NodeLabelFields(const schema::Schema& schema) {
    const FieldLookup field(schema, "NodeLabel");
    type = field.type();
    nodes = field("node");
}

ImageFields::ImageFields(const schema::Schema& schema) {
    const FieldLookup field(schema, "Image");
    type = field.type();
    name = field("name");
    kind = field("kind");
}

ImageDeploymentsFields::ImageDeploymentsFields(const schema::Schema& schema) {
    const FieldLookup field(schema, "ImageDeployments");
    type = field.type();
    image = field("image");
    deployment = field("deployment");
}

FlavorFields::FlavorFields(const schema::Schema& schema) {
    const FieldLookup field(schema, "Flavor");
    type = field.type();
    name = field("name");
    is_default = field("default");
    deployments = field("deployments");
    cores = field("cores");
    memory_mb = field("memory_mb");
    disk_gb = field("disk_gb");
}

NetworkTemplateFields::NetworkTemplateFields(const schema::Schema& schema) {
    const FieldLookup field(schema, "NetworkTemplate");
    type = field.type();
    name = field("name");
    translation = field("translation");
    deployments = field("deployments");
}

SliceFields::SliceFields(const schema::Schema& schema) {
    const FieldLookup field(schema, "Slice");
    type = field.type();
    name = field("name");
    site = field("site");
    service = field("service");
    network = field("network");
    creator = field("creator");
    max_instances = field("max_instances");
    default_image = field("default_image");
    default_flavor = field("default_flavor");
    default_isolation = field("default_isolation");
    default_node = field("default_node");
}

DeploymentLimitFields::DeploymentLimitFields(const schema::Schema& schema) {
    const FieldLookup field(schema, "DeploymentLimit");
    type = field.type();
    deployment = field("deployment");
    slice = field("slice");
    site = field("site");
    resource = field("resource");
    amount = field("amount");
    period = field("period");
    used = field("used");
    used_at = field("used_at");
}

UserFields::UserFields(const schema::Schema& schema) {
    const FieldLookup field(schema, "User");
    type = field.type();
    email = field("email");
    site = field("site");
    is_admin = field("is_admin");
    is_active = field("is_active");
    is_readonly = field("is_readonly");
}

SliceRoleFields::SliceRoleFields(const schema::Schema& schema) {
    const FieldLookup field(schema, "SliceRole");
    type = field.type();
    role = field("role");
}

SlicePrivilegeFields::SlicePrivilegeFields(const schema::Schema& schema) {
    const FieldLookup field(schema, "SlicePrivilege");
    type = field.type();
    user = field("user");
    slice = field("slice");
    role = field("role");
    expires = field("expires");
}

InstanceFields::InstanceFields(const schema::Schema& schema) {
    const FieldLookup field(schema, "Instance");
    type = field.type();
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
    group = field("group");
    labels = field("labels");
}

InstanceGroupFields::InstanceGroupFields(const schema::Schema& schema) {
    const FieldLookup field(schema, "InstanceGroup");
    type = field.type();
    name = field("name");
    slice = field("slice");
    flavor = field("flavor");
    count = field("count");
    min = field("min");
    max = field("max");
    per = field("per");
    labels = field("labels");
}

NetworkFields::NetworkFields(const schema::Schema& schema) {
    const FieldLookup field(schema, "Network");
    type = field.type();
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

NetworkSliceFields::NetworkSliceFields(const schema::Schema& schema) {
    const FieldLookup field(schema, "NetworkSlice");
    type = field.type();
    network = field("network");
    slice = field("slice");
}

PortFields::PortFields(const schema::Schema& schema) {
    const FieldLookup field(schema, "Port");
    type = field.type();
    network = field("network");
    instance = field("instance");
    interface_number = field("interface_number");
    ip = field("ip");
    mac = field("mac");
    xos_created = field("xos_created");
}

ControllerSliceFields::ControllerSliceFields(const schema::Schema& schema) {
    const FieldLookup field(schema, "ControllerSlice");
    type = field.type();
    controller = field("controller");
    slice = field("slice");
}

ControllerNetworkFields::ControllerNetworkFields(const schema::Schema& schema) {
    const FieldLookup field(schema, "ControllerNetwork");
    type = field.type();
    controller = field("controller");
    network = field("network");
}

Fields::Fields(const schema::Schema& schema)
    : site(schema),
      deployment(schema),
      controller(schema),
      site_deployment(schema),
      node(schema),
      node_label(schema),
      image(schema),
      image_deployments(schema),
      flavor(schema),
      network_template(schema),
      deployment_limit(schema),
      user(schema),
      slice(schema),
      slice_role(schema),
      slice_privilege(schema),
      instance(schema),
      instance_group(schema),
      network(schema),
      network_slice(schema),
      port(schema),
      controller_slice(schema),
      controller_network(schema),
      services(schema) {}

}  // namespace xos::core
