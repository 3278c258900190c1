#pragma once

#include "core/rules/services_fields.h"
#include "schema/schema.h"

#include <memory>

namespace xos::core {

using schema::FieldIndex;

struct SiteFields {
    explicit SiteFields(const schema::Schema& schema);
    TypeId type;
    FieldIndex name, login_base, hosts_nodes, region;
};

struct DeploymentFields {
    explicit DeploymentFields(const schema::Schema& schema);
    TypeId type;
    FieldIndex name, access_list, default_image, default_flavor, default_isolation;
};

struct ControllerFields {
    explicit ControllerFields(const schema::Schema& schema);
    TypeId type;
    FieldIndex name, deployment, layers;
};

struct SiteDeploymentFields {
    explicit SiteDeploymentFields(const schema::Schema& schema);
    TypeId type;
    FieldIndex site, deployment, controller;
};

struct NodeFields {
    explicit NodeFields(const schema::Schema& schema);
    TypeId type;
    FieldIndex name, site, site_deployment, enabled;
};

struct NodeLabelFields {
    explicit NodeLabelFields(const schema::Schema& schema);
    TypeId type;
    FieldIndex nodes;
};

struct ImageFields {
    explicit ImageFields(const schema::Schema& schema);
    TypeId type;
    FieldIndex name, kind;
};

struct ImageDeploymentsFields {
    explicit ImageDeploymentsFields(const schema::Schema& schema);
    TypeId type;
    FieldIndex image, deployment;
};

struct FlavorFields {
    explicit FlavorFields(const schema::Schema& schema);
    TypeId type;
    FieldIndex name, is_default, deployments, cores, memory_mb, disk_gb;
};

struct NetworkTemplateFields {
    explicit NetworkTemplateFields(const schema::Schema& schema);
    TypeId type;
    FieldIndex name, translation, deployments;
};

struct SliceFields {
    explicit SliceFields(const schema::Schema& schema);
    TypeId type;
    FieldIndex name, site, service, network, creator, max_instances, default_image, default_flavor,
        default_isolation, default_node;
};

struct DeploymentLimitFields {
    explicit DeploymentLimitFields(const schema::Schema& schema);
    TypeId type;
    FieldIndex deployment, slice, site, resource, amount, period, used, used_at;
};

struct UserFields {
    explicit UserFields(const schema::Schema& schema);
    TypeId type;
    FieldIndex email, site, is_admin, is_active, is_readonly;
};

struct SliceRoleFields {
    explicit SliceRoleFields(const schema::Schema& schema);
    TypeId type;
    FieldIndex role;
};

struct SlicePrivilegeFields {
    explicit SlicePrivilegeFields(const schema::Schema& schema);
    TypeId type;
    FieldIndex user, slice, role, expires;
};

struct InstanceFields {
    explicit InstanceFields(const schema::Schema& schema);
    TypeId type;
    FieldIndex name, slice, node, deployment, image, flavor, isolation, creator, parent,
        next_interface_number, group, labels;
};

struct InstanceGroupFields {
    explicit InstanceGroupFields(const schema::Schema& schema);
    TypeId type;
    FieldIndex name, slice, flavor, count, min, max, per, labels;
};

struct NetworkFields {
    explicit NetworkFields(const schema::Schema& schema);
    TypeId type;
    FieldIndex name, network_template, owner, site, autoconnect, permit_all_slices,
        permitted_slices, subnet, start_ip, end_ip, ports;
};

struct NetworkSliceFields {
    explicit NetworkSliceFields(const schema::Schema& schema);
    TypeId type;
    FieldIndex network, slice;
};

struct PortFields {
    explicit PortFields(const schema::Schema& schema);
    TypeId type;
    FieldIndex network, instance, interface_number, ip, mac, xos_created;
};

struct ControllerSliceFields {
    explicit ControllerSliceFields(const schema::Schema& schema);
    TypeId type;
    FieldIndex controller, slice;
};

struct ControllerNetworkFields {
    explicit ControllerNetworkFields(const schema::Schema& schema);
    TypeId type;
    FieldIndex controller, network;
};

/// Where the rules find what they read and write: the core types and their fields, looked up once.
///
/// Making it is fatal when the schema lacks one of them: the core models belong to this program.
/// Immutable; all rules of one schema share it.
struct Fields {
    explicit Fields(const schema::Schema& schema);

    SiteFields site;
    DeploymentFields deployment;
    ControllerFields controller;
    SiteDeploymentFields site_deployment;
    NodeFields node;
    NodeLabelFields node_label;
    ImageFields image;
    ImageDeploymentsFields image_deployments;
    FlavorFields flavor;
    NetworkTemplateFields network_template;
    DeploymentLimitFields deployment_limit;
    UserFields user;
    SliceFields slice;
    SliceRoleFields slice_role;
    SlicePrivilegeFields slice_privilege;
    InstanceFields instance;
    InstanceGroupFields instance_group;
    NetworkFields network;
    NetworkSliceFields network_slice;
    PortFields port;
    ControllerSliceFields controller_slice;
    ControllerNetworkFields controller_network;
    ServicesFields services;
};

using FieldsPointer = std::shared_ptr<const Fields>;

}  // namespace xos::core
