#include "core/rules/testing/world.h"

#include <doctest/doctest.h>

namespace xos::core {
namespace {

/// Services `a`, `b` and `c`; `a` needs `b`; one part of `a` and one of `b`.
struct Services : World {
    ObjectId a = make("Service", {{"name", "a"}});
    ObjectId b = make("Service", {{"name", "b"}});
    ObjectId c = make("Service", {{"name", "c"}});
    ObjectId a_needs_b = need(a, b);
    ObjectId part_of_a = make("ServiceInstance", {{"name", "pa"}, {"owner", a}});
    ObjectId part_of_b = make("ServiceInstance", {{"name", "pb"}, {"owner", b}});

    ObjectId need(ObjectId subscriber, ObjectId provider) {
        return make("ServiceDependency",
                    {{"subscriber_service", subscriber}, {"provider_service", provider}});
    }
    Error refused_need(ObjectId subscriber, ObjectId provider) {
        return refusal([&](Steps& steps) {
            steps.make("ServiceDependency",
                       {{"subscriber_service", subscriber}, {"provider_service", provider}});
        });
    }
    Error refused_link(const NamedValues& values) {
        return refusal([&](Steps& steps) { steps.make("ServiceInstanceLink", values); });
    }
};

TEST_CASE_FIXTURE(Services, "services do not need each other in a circle") {
    CHECK(refused_need(b, a).message().ends_with(
        "services do not need each other in a circle: service \"b\" needs service \"a\" needs "
        "service \"b\""));
    CHECK(refused_need(c, c).code() == ErrorCode::Invalid);
    const ObjectId b_needs_c = need(b, c);
    CHECK(refused_need(c, a).code() == ErrorCode::Invalid);
    need(a, c);
    remove(b_needs_c);
    need(c, b);
}

TEST_CASE_FIXTURE(Services, "a circle made within one transaction is refused as well") {
    CHECK_FALSE(commit([&](Steps& steps) {
        steps.make("ServiceDependency", {{"subscriber_service", b}, {"provider_service", c}});
        steps.make("ServiceDependency", {{"subscriber_service", c}, {"provider_service", a}});
    }));
}

TEST_CASE_FIXTURE(Services, "a link has exactly one subscriber") {
    CHECK(refused_link({{"provider_service_instance", part_of_b}})
              .message()
              .ends_with("give one of subscriber_service_instance, subscriber_service, "
                         "subscriber_network and subscriber_user, not 0"));
    CHECK(refused_link({{"provider_service_instance", part_of_b},
                        {"subscriber_service_instance", part_of_a},
                        {"subscriber_service", a}})
              .code() == ErrorCode::Invalid);
}

TEST_CASE_FIXTURE(Services, "a link is not there twice, and comes again once it is gone") {
    const NamedValues values{{"provider_service_instance", part_of_b},
                             {"subscriber_service_instance", part_of_a}};
    const ObjectId link = make("ServiceInstanceLink", values);
    CHECK(refused_link(values).code() == ErrorCode::Conflict);
    remove(link);
    make("ServiceInstanceLink", values);
}

TEST_CASE_FIXTURE(Services, "a link rests on a dependency between the owners") {
    CHECK(refused_link({{"provider_service_instance", part_of_a},
                        {"subscriber_service_instance", part_of_b}})
              .message()
              .ends_with("service \"b\" uses service \"a\" only with a service dependency between "
                         "the two"));
    CHECK(refused_link({{"provider_service_instance", part_of_b}, {"subscriber_service", c}})
              .code() == ErrorCode::Invalid);
    const ObjectId link = make("ServiceInstanceLink", {{"provider_service_instance", part_of_b},
                                                       {"subscriber_service", a}});
    CHECK_FALSE(commit([&](Steps& steps) { steps.remove(a_needs_b); }));
    must([&](Steps& steps) {
        steps.remove(a_needs_b);
        steps.remove(link);
    });
}

TEST_CASE_FIXTURE(Services, "parts of one service use each other without a dependency") {
    const ObjectId second = make("ServiceInstance", {{"name", "pa2"}, {"owner", a}});
    make("ServiceInstanceLink",
         {{"provider_service_instance", second}, {"subscriber_service_instance", part_of_a}});
}

TEST_CASE_FIXTURE(Services, "a part moves to another service only where its links allow it") {
    make("ServiceInstanceLink",
         {{"provider_service_instance", part_of_b}, {"subscriber_service_instance", part_of_a}});
    CHECK_FALSE(commit([&](Steps& steps) { steps.set(part_of_b, {{"owner", c}}); }));
    CHECK_FALSE(commit([&](Steps& steps) { steps.set(part_of_a, {{"owner", c}}); }));
    need(a, c);
    set(part_of_b, {{"owner", c}});
}

TEST_CASE_FIXTURE(Services, "networks and users use what is published") {
    const ObjectId network = make_network("net", make_slice("lab_a"));
    set(b, {{"published", false}});
    const NamedValues by_network{{"provider_service_instance", part_of_b},
                                 {"subscriber_network", network}};
    CHECK(refused_link(by_network)
              .message()
              .ends_with("service \"b\" is not published, so no network or user may use it"));
    set(b, {{"published", true}});
    const ObjectId link = make("ServiceInstanceLink", by_network);
    make("ServiceInstanceLink",
         {{"provider_service_instance", part_of_a}, {"subscriber_user", root}});
    CHECK_FALSE(commit([&](Steps& steps) { steps.set(b, {{"published", false}}); }));
    remove(link);
    set(b, {{"published", false}});
}

}  // namespace
}  // namespace xos::core
