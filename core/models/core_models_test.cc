#include "core/models/core_models.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xos::core {
namespace {

using schema::Field;
using schema::FieldClass;
using schema::FieldType;
using schema::OnDelete;
using schema::Schema;
using schema::Type;

const Schema& core_schema() {
    static const auto schema = [] {
        auto built = Schema::build(core_models());
        if (const auto* problems = std::get_if<schema::Problems>(&built))
            FAIL(format(*problems));
        return std::get<std::shared_ptr<const Schema>>(built);
    }();
    return *schema;
}

const Type& type(std::string_view name) {
    const Type* found = core_schema().find_type(name);
    REQUIRE_MESSAGE(found != nullptr, std::string(name));
    return *found;
}

const Field& field(std::string_view type_name, std::string_view name) {
    const Field* found = type(type_name).find_field(name);
    REQUIRE_MESSAGE(found != nullptr, std::string(name));
    return *found;
}

std::vector<std::string> names(const Type& type, const std::vector<schema::FieldIndex>& fields) {
    std::vector<std::string> out;
    for (schema::FieldIndex index : fields)
        out.push_back(type.fields[index].name);
    return out;
}

using Names = std::vector<std::string>;

// clang-format off
constexpr std::string_view kTypes[] = {
    "User", "Site", "SiteRole", "SitePrivilege", "SliceRole", "SlicePrivilege",
    "DeploymentRole", "DeploymentPrivilege", "ServiceRole", "ServicePrivilege",
    "UserCredential", "SiteCredential", "SliceCredential", "ControllerCredential",
    "Token", "Deployment", "SiteDeployment", "Controller", "Node", "NodeLabel", "Image",
    "ImageDeployments", "Flavor", "NetworkTemplate", "DeploymentLimit",
    "NetworkParameterType", "NetworkParameter", "Tag", "Slice", "Instance",
    "InstanceGroup", "Network", "NetworkSlice", "Port", "Router", "AddressPool",
    "ControllerSite", "ControllerUser", "ControllerSlice", "ControllerNetwork",
    "ControllerImages", "ControllerSitePrivilege", "ControllerSlicePrivilege", "Service",
    "ServiceAttribute", "ServiceDependency", "ServiceInstance", "TenantWithContainer",
    "ComputeServiceInstance", "ServiceInstanceLink", "ServiceInstanceAttribute",
    "InterfaceType", "ServiceInterface", "ServicePort", "TrustDomain", "Principal",
    "DashboardView", "UserDashboardView", "ServiceGraphConstraint", "XOSGuiExtension",
    "Program", "BackupFile", "BackupOperation", "XOSCore"};
// clang-format on

TEST_CASE("the core types are there, in the app core") {
    for (const std::string_view name : kTypes)
        CHECK(type(name).app == "core");
    CHECK(core_schema().find_plural("core", "slices") == &type("Slice"));
    CHECK(core_schema().find_plural("core", "imagedeployments") == &type("ImageDeployments"));
}

TEST_CASE("every core field says in words what it is, and every type has a policy") {
    for (const Type& type : core_schema().types()) {
        CHECK_MESSAGE(!type.description.empty(), type.name);
        CHECK_MESSAGE((type.abstract || !type.policies.empty()), type.name);
        for (const Field& field : type.fields) {
            const bool generated = field.name.starts_with("content_");
            CHECK_MESSAGE((generated || !field.help_text.empty()), type.name << "." << field.name);
        }
    }
}

TEST_CASE("objects are named as tools name them") {
    CHECK(names(type("User"), type("User").natural_key) == Names{"email"});
    CHECK(names(type("Slice"), type("Slice").natural_key) == Names{"name"});
    CHECK(names(type("Instance"), type("Instance").natural_key) == Names{"slice", "name"});
    CHECK(names(type("SlicePrivilege"), type("SlicePrivilege").natural_key) ==
          Names{"user", "slice", "role"});
    CHECK(names(type("SiteDeployment"), type("SiteDeployment").natural_key) ==
          Names{"site", "deployment", "controller"});
    CHECK(names(type("Port"), type("Port").natural_key) == Names{"network", "instance"});
    CHECK(type("Port").keys.size() == 2);
    CHECK(names(type("Image"), type("Image").keys[0].fields) == Names{"name", "tag"});
    CHECK(names(type("Image"), type("Image").natural_key) == Names{"name"});
    CHECK(type("Site").keys.size() == 2);
    CHECK(names(type("DeploymentPrivilege"), type("DeploymentPrivilege").natural_key) ==
          Names{"user", "deployment", "role"});
    CHECK(names(type("ServiceAttribute"), type("ServiceAttribute").natural_key) ==
          Names{"service", "name"});
    CHECK(names(type("ControllerUser"), type("ControllerUser").natural_key) ==
          Names{"controller", "user"});
    CHECK(names(type("ServiceInterface"), type("ServiceInterface").natural_key) ==
          Names{"service", "interface_type"});
}

TEST_CASE("parts go with their owner, and creators are forgotten") {
    CHECK(field("Instance", "slice").on_delete == OnDelete::Cascade);
    CHECK(field("Network", "owner").on_delete == OnDelete::Cascade);
    CHECK(field("Port", "instance").on_delete == OnDelete::Cascade);
    CHECK(field("Port", "network").on_delete == OnDelete::Cascade);
    CHECK(field("ControllerSlice", "slice").on_delete == OnDelete::Cascade);
    CHECK(field("SiteDeployment", "site").on_delete == OnDelete::Cascade);
    CHECK(field("Slice", "creator").on_delete == OnDelete::Clear);
    CHECK(field("Instance", "creator").on_delete == OnDelete::Clear);
    CHECK(field("User", "site").on_delete == OnDelete::Protect);
    CHECK(field("Slice", "service").on_delete == OnDelete::Protect);
    CHECK(field("ImageDeployments", "image").on_delete == OnDelete::Protect);
    CHECK(field("Slice", "backend_owner").on_delete == OnDelete::Protect);
    for (const auto& place : std::vector<std::pair<const char*, const char*>>{
             {"DeploymentPrivilege", "deployment"},
             {"ServicePrivilege", "service"},
             {"SliceCredential", "slice"},
             {"InstanceGroup", "slice"},
             {"Router", "owner"},
             {"ControllerUser", "user"},
             {"ControllerSitePrivilege", "site_privilege"},
             {"ServiceInstanceLink", "provider_service_instance"},
             {"ServiceInstanceLink", "subscriber_network"},
             {"ServiceInstanceAttribute", "service_instance"}})
        CHECK_MESSAGE(field(place.first, place.second).on_delete == OnDelete::Cascade,
                      place.first << "." << place.second);
    CHECK(field("NodeLabel", "node").on_delete == OnDelete::Clear);
    CHECK(field("ServicePort", "service").on_delete == OnDelete::Protect);
}

TEST_CASE("secrets, feedback and what rules choose are marked") {
    CHECK(field("User", "password").hashed);
    CHECK(field("Controller", "admin_password").secret);
    CHECK(field("Controller", "rabbit_password").secret);
    CHECK(field("Controller", "layers").field_class == FieldClass::Feedback);
    CHECK(field("Instance", "ssh_command").field_class == FieldClass::Feedback);
    CHECK(field("Instance", "next_interface_number").field_class == FieldClass::Bookkeeping);
    for (const char* name :
         {"name", "node", "deployment", "image", "flavor", "isolation", "creator"})
        CHECK(field("Instance", name).allocated);
    for (const char* name : {"interface_number", "ip", "mac"})
        CHECK(field("Port", name).allocated);
    CHECK(field("Network", "subnet").allocated);
    CHECK(field("Token", "digest").read_policy.has_value());
    CHECK(!type("Token").history);
    for (const char* name : {"User", "Token", "SitePrivilege", "SlicePrivilege",
                             "DeploymentPrivilege", "ServicePrivilege"})
        CHECK(type(name).grants);
    for (const char* name :
         {"UserCredential", "SiteCredential", "SliceCredential", "ControllerCredential"})
        CHECK(field(name, "enc_value").secret);
    CHECK(field("InstanceGroup", "count").allocated);
    CHECK(field("DeploymentLimit", "used").field_class == FieldClass::Bookkeeping);
    CHECK(field("BackupOperation", "status").field_class == FieldClass::Feedback);
    CHECK(type("Image").content);
    CHECK(field("Image", "content_sha256").field_class == FieldClass::Bookkeeping);
}

TEST_CASE("links are called from the other side as published") {
    CHECK(type("Slice").find_relation("ownedNetworks") != nullptr);
    CHECK(type("Slice").find_relation("availableNetworks") != nullptr);
    CHECK(type("Slice").find_relation("networks")->via == type("NetworkSlice").id);
    CHECK(type("Instance").find_relation("networks")->via == type("Port").id);
    CHECK(type("Network").find_relation("links")->target == type("Port").id);
    CHECK(type("Deployment").find_relation("instance_deployment") != nullptr);
    CHECK(type("Deployment").find_relation("sites")->via == type("SiteDeployment").id);
    CHECK(type("Deployment").find_relation("controllerdeployments") != nullptr);
    CHECK(type("Service").find_relation("provided_dependencies") != nullptr);
    CHECK(type("Flavor").find_field("deployments")->type == FieldType::LinkSet);
}

TEST_CASE("a user may write only some fields of their own") {
    const auto policy_of = [](const char* name) {
        return core_schema().policy(field("User", name).write_policy.value()).name;
    };
    for (const char* name : {"firstname", "lastname", "phone", "public_key", "timezone"})
        CHECK(policy_of(name) == "own_field_policy");
    CHECK(policy_of("password") == "own_password_policy");
    std::vector<std::string> own;
    for (const Field& field : type("User").fields) {
        if (field.field_class == FieldClass::Declarative &&
            policy_of(field.name.c_str()) != "admin_policy")
            own.push_back(field.name);
    }
    CHECK(own == Names{"password", "firstname", "lastname", "phone", "public_key", "timezone"});
}

}  // namespace
}  // namespace xos::core
