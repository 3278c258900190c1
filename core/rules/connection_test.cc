#include "core/rules/testing/world.h"

#include <doctest/doctest.h>

#include <set>

namespace xos::core {
namespace {

/// A provider with slices `lab_p` and `lab_p2`, and who needs it with slice `lab_u`.
struct Connected : World {
    ObjectId provider = make("Service", {{"name", "store"}});
    ObjectId user = make("Service", {{"name", "shop"}});
    ObjectId first = make_slice("lab_p", {{"service", provider}});
    ObjectId second = make_slice("lab_p2", {{"service", provider}});
    ObjectId client = make_slice("lab_u", {{"service", user}});
    ObjectId dependency = make("ServiceDependency", {{"subscriber_service", user},
                                                     {"provider_service", provider},
                                                     {"connect_method", "private"}});

    ObjectId network() const { return link(dependency, "network"); }
    std::set<ObjectId> members() const {
        std::set<ObjectId> found;
        for (const ObjectId id : live("NetworkSlice", "network", network()))
            found.insert(link(id, "slice"));
        return found;
    }
    std::string kind() const { return text(link(network(), "template"), "name"); }
};

TEST_CASE_FIXTURE(Connected, "private connects all slices of both by one network") {
    CHECK(text(network(), "name") == "store-shop-private");
    CHECK(kind() == "Private");
    CHECK(link(network(), "owner") == first);
    CHECK((members() == std::set<ObjectId>{first, second, client}));
    CHECK(live("Network").size() == 1);
}

TEST_CASE_FIXTURE(Connected, "slices join and leave as they come to the services and go") {
    const ObjectId late = make_slice("lab_late");
    set(late, {{"service", user}});
    CHECK((members() == std::set<ObjectId>{first, second, client, late}));
    set(client, {{"service", {}}});
    CHECK((members() == std::set<ObjectId>{first, second, late}));
    remove(late);
    CHECK((members() == std::set<ObjectId>{first, second}));
}

TEST_CASE_FIXTURE(Connected, "the network goes to the next slice when its owner goes") {
    remove(first);
    CHECK(link(network(), "owner") == second);
    CHECK((members() == std::set<ObjectId>{second, client}));
    remove(second);
    CHECK(network() == ObjectId{});
    CHECK(live("Network").empty());
    const ObjectId again = make_slice("lab_again", {{"service", provider}});
    CHECK((members() == std::set<ObjectId>{again, client}));
}

TEST_CASE_FIXTURE(Connected, "public keeps the provider on a public network") {
    set(dependency, {{"connect_method", "public"}});
    CHECK(kind() == "Public shared IPv4");
    CHECK((members() == std::set<ObjectId>{first}));
    CHECK(live("Network").size() == 1);
    set(dependency, {{"connect_method", "private"}});
    CHECK((members() == std::set<ObjectId>{first, second, client}));
    set(dependency, {{"connect_method", "none"}});
    CHECK(live("Network").empty());
}

TEST_CASE_FIXTURE(Connected, "the network goes with the dependency") {
    make_instance(client);
    remove(dependency);
    CHECK(live("Network").empty());
    CHECK(live("Port").empty());
}

TEST_CASE_FIXTURE(Connected, "nobody takes the network or a membership away by hand") {
    const ObjectId had = network();
    const Error error = refusal([&](Steps& steps) { steps.remove(had); });
    CHECK(error.code() == ErrorCode::Conflict);
    CHECK(
        error.message().starts_with("network \"store-shop-private\": it connects two services: "
                                    "set connect_method of service dependency"));
    const ObjectId membership = live("NetworkSlice", "slice", client).at(0);
    CHECK(refusal([&](Steps& steps) { steps.remove(membership); }).code() == ErrorCode::Conflict);
    CHECK(network() == had);
}

TEST_CASE_FIXTURE(Connected, "another slice may not join") {
    const ObjectId stranger = make_slice("lab_x");
    const Error error = refusal([&](Steps& steps) {
        steps.make("NetworkSlice", {{"network", network()}, {"slice", stranger}});
    });
    CHECK(error.message().find("may not join") != std::string::npos);
}

}  // namespace
}  // namespace xos::core
