#pragma once

#include "schema/schema.h"

namespace xos::core {

using schema::FieldIndex;

struct ServiceFields {
    explicit ServiceFields(const schema::Schema& schema);
    TypeId type;
    FieldIndex name, published;
};

struct ServiceDependencyFields {
    explicit ServiceDependencyFields(const schema::Schema& schema);
    TypeId type;
    FieldIndex provider, subscriber, connect_method, network;
};

struct ServiceInstanceFields {
    explicit ServiceInstanceFields(const schema::Schema& schema);
    TypeId type;
    FieldIndex name, owner;
};

struct ServiceInstanceLinkFields {
    explicit ServiceInstanceLinkFields(const schema::Schema& schema);
    TypeId type;
    FieldIndex provider, by_instance, by_service, by_network, by_user;
};

/// The part of `Fields` that is about services.
struct ServicesFields {
    explicit ServicesFields(const schema::Schema& schema);
    ServiceFields service;
    ServiceDependencyFields dependency;
    ServiceInstanceFields instance;
    ServiceInstanceLinkFields link;
};

}  // namespace xos::core
