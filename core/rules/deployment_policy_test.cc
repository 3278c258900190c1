#include "core/rules/testing/world.h"

#include <doctest/doctest.h>

namespace xos::core {
namespace {

/// A second deployment with a node of its own at the same site.
struct TwoDeployments : World {
    ObjectId cellar = make_deployment("cellar");
    ObjectId back_end = make(
        "Controller", {{"name", "back-end 2"}, {"backend_type", "local"}, {"deployment", cellar}});
    ObjectId cellar_place =
        make("SiteDeployment", {{"site", site}, {"deployment", cellar}, {"controller", back_end}});
    ObjectId cellar_node = make("Node", {{"name", "c1"}, {"site_deployment", cellar_place}});
    ObjectId slice = make_slice("lab_a");

    Error refused(NamedValues values) {
        values.insert(values.begin(), {"slice", slice});
        return refusal([&](Steps& steps) { steps.make("Instance", values); });
    }
};

TEST_CASE_FIXTURE(TwoDeployments, "an access list that cannot be read is refused with its places") {
    const Error error = refusal([&](Steps& steps) {
        steps.set(cellar, {{"accessControl", "allow site\npermit all"}});
    });
    CHECK(error.message() ==
          "deployment \"cellar\": line 1, column 1: site needs a pattern, such as \"site north*\"; "
          "line 2, column 1: a rule starts with allow or deny, not with \"permit\"");
    CHECK(error.details().at(0).field == "accessControl");
}

TEST_CASE_FIXTURE(TwoDeployments, "an instance is placed where the access list admits its slice") {
    set(deployment, {{"accessControl", "deny all"}});
    CHECK(link(make_instance(slice), "node") == cellar_node);
    CHECK(link(make_instance(slice), "node") == cellar_node);
    set(cellar, {{"accessControl", "allow site Other"}});
    const std::string ruled_out =
        "\" is ruled out: deployment \"cellar\" admits neither site \"Lab\" nor a user of slice "
        "\"lab_a\", by its accessControl";
    const std::string message = refused({}).message();
    CHECK(message.starts_with("instance \"lab_a-3\": no node can take it: node \"n1\" is ruled"));
    CHECK(message.ends_with("; node \"c1" + ruled_out));
}

TEST_CASE_FIXTURE(TwoDeployments, "a node that is given is asked as well, whoever gives it") {
    set(cellar, {{"accessControl", "deny site Lab; allow all"}});
    const Error error = refused({{"node", cellar_node}});
    CHECK(error.code() == ErrorCode::Invalid);
    CHECK(error.message() ==
          "instance \"lab_a-1\": deployment \"cellar\" admits neither site \"Lab\" nor a user of "
          "slice \"lab_a\", by its accessControl");
    CHECK(refused({{"deployment", cellar}}).code() == ErrorCode::Invalid);
}

TEST_CASE_FIXTURE(TwoDeployments, "one user of the slice who is admitted is enough") {
    set(cellar, {{"accessControl", "allow user *@partner.example"}});
    CHECK(refused({{"node", cellar_node}}).code() == ErrorCode::Invalid);
    const ObjectId user = make("User", {{"email", "pat@partner.example"},
                                        {"firstname", "Pat"},
                                        {"lastname", "P"},
                                        {"site", site}});
    make("SlicePrivilege",
         {{"user", user}, {"slice", slice}, {"role", only("SliceRole", "role", "access")}});
    CHECK(link(make_instance(slice, {{"node", cellar_node}}), "node") == cellar_node);
}

TEST_CASE_FIXTURE(TwoDeployments, "the region of the slice's site admits") {
    set(cellar, {{"accessControl", "allow region north-*"}});
    CHECK(refused({{"node", cellar_node}}).code() == ErrorCode::Invalid);
    set(site, {{"region", "north-east"}});
    CHECK(link(make_instance(slice, {{"node", cellar_node}}), "node") == cellar_node);
}

TEST_CASE_FIXTURE(TwoDeployments, "tightening an access list ends nothing and refuses what comes") {
    const ObjectId instance = make_instance(slice, {{"node", cellar_node}});
    set(cellar, {{"accessControl", "deny all"}});
    CHECK(is_live(instance));
    set(instance, {{"userData", "echo hello"}});
    CHECK(refused({{"node", cellar_node}}).code() == ErrorCode::Invalid);
}

TEST_CASE_FIXTURE(TwoDeployments,
                  "image, flavor and template are among what the deployment offers") {
    for (const ObjectId offer : live("ImageDeployments", "deployment", cellar))
        remove(offer);
    CHECK(refused({{"node", cellar_node}}).message() ==
          "instance \"lab_a-1\": deployment \"cellar\" does not offer image \"tiny\": it has no "
          "image deployments of it");
    make("ImageDeployments", {{"image", image}, {"deployment", cellar}});

    const ObjectId flavor = only("Flavor", "name", "m1.large");
    set(flavor, {{"deployments", std::vector<ObjectId>{deployment}}});
    CHECK(refused({{"node", cellar_node}, {"flavor", flavor}}).message() ==
          "instance \"lab_a-1\": deployment \"cellar\" does not offer flavor \"m1.large\", whose "
          "deployments are others");

    make_network("lab_net", slice);
    const ObjectId used = only("NetworkTemplate", "name", "Private");
    set(used, {{"deployments", std::vector<ObjectId>{deployment}}});
    CHECK(refused({{"node", cellar_node}}).message() ==
          "instance \"lab_a-1\": deployment \"cellar\" does not offer network template \"Private\" "
          "of network \"lab_net\", whose deployments are others");
    CHECK(link(make_instance(slice), "node") == node);
}

TEST_CASE_FIXTURE(TwoDeployments, "a network comes to a deployment that admits its owner") {
    const ObjectId other_site =
        make("Site", {{"name", "Other"}, {"login_base", "other"}, {"abbreviated_name", "other"}});
    const ObjectId owner = make_slice("other_net", {{"site", other_site}});
    const ObjectId network = make_network("shared", owner, {{"permit_all_slices", true}});
    make("NetworkSlice", {{"network", network}, {"slice", slice}});
    set(cellar, {{"accessControl", "allow site Lab"}});
    CHECK(refused({{"node", cellar_node}}).message() ==
          "network \"shared\": deployment \"cellar\" admits neither site \"Other\" nor a user of "
          "slice \"other_net\", by its accessControl");
    set(cellar, {{"accessControl", "allow site Lab; allow site Other"}});
    CHECK(is_live(make_instance(slice, {{"node", cellar_node}})));
}

TEST_CASE("a slice has no more instances than max_instances") {
    World world;
    const ObjectId slice = world.make_slice("lab_a", {{"max_instances", std::int64_t{2}}});
    const ObjectId first = world.make_instance(slice);
    world.own(first);
    world.make_instance(slice);
    const Error error = world.refusal([&](Steps& steps) {
        steps.make("Instance", {{"slice", slice}});
    });
    CHECK(error.message() ==
          "instance \"lab_a-3\": slice \"lab_a\" may have 2 instances and would have 3: raise its "
          "max_instances, or delete others");
    world.remove(first);
    const ObjectId third = world.make_instance(slice);
    world.set(slice, {{"max_instances", std::int64_t{1}}});
    CHECK(world.is_live(third));
    world.set(third, {{"userData", "echo hello"}});
}

TEST_CASE("the ports of a network are refused when they cannot be read") {
    World world;
    const ObjectId slice = world.make_slice("lab_a");
    const ObjectId network = world.make_network("net", slice, {{"ports", "tcp 80, 8000-8010"}});
    const Error error = world.refusal([&](Steps& steps) {
        steps.set(network, {{"ports", "tcp eighty"}});
    });
    CHECK(error.message() ==
          "network \"net\": \"tcp eighty\" is no port: write tcp 80, udp 53, tcp "
          "8000-8100 or 8080, with commas between");
}

}  // namespace
}  // namespace xos::core
