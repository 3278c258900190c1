#include "core/rules/services_fields.h"

#include "core/rules/field_lookup.h"

namespace xos::core {

ServiceFields::ServiceFields(const schema::Schema& schema) {
    const FieldLookup field(schema, "Service");
    type = field.type();
    name = field("name");
    published = field("published");
}

ServiceDependencyFields::ServiceDependencyFields(const schema::Schema& schema) {
    const FieldLookup field(schema, "ServiceDependency");
    type = field.type();
    provider = field("provider_service");
    subscriber = field("subscriber_service");
    connect_method = field("connect_method");
    network = field("network");
}

ServiceInstanceFields::ServiceInstanceFields(const schema::Schema& schema) {
    const FieldLookup field(schema, "ServiceInstance");
    type = field.type();
    name = field("name");
    owner = field("owner");
}

ServiceInstanceLinkFields::ServiceInstanceLinkFields(const schema::Schema& schema) {
    const FieldLookup field(schema, "ServiceInstanceLink");
    type = field.type();
    provider = field("provider_service_instance");
    by_instance = field("subscriber_service_instance");
    by_service = field("subscriber_service");
    by_network = field("subscriber_network");
    by_user = field("subscriber_user");
}

ServicesFields::ServicesFields(const schema::Schema& schema)
    : service(schema), dependency(schema), instance(schema), link(schema) {}

}  // namespace xos::core
