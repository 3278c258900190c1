#include "core/rules/testing/world.h"

#include <doctest/doctest.h>

#include <map>

namespace xos::core {
namespace {

/// Beside site `Lab` with nodes `n1` and `n2` a site `Far` with `f1` in the same deployment.
struct Groups : World {
    ObjectId far =
        make("Site", {{"name", "Far"}, {"login_base", "far"}, {"abbreviated_name", "far"}});
    ObjectId far_place = make(
        "SiteDeployment", {{"site", far}, {"deployment", deployment}, {"controller", controller}});
    ObjectId far_node = make("Node", {{"name", "f1"}, {"site_deployment", far_place}});
    ObjectId slice = make_slice("lab_g", {{"max_instances", std::int64_t{30}}});

    ObjectId make_group(NamedValues values) {
        values.insert(values.begin(), {{"slice", slice}, {"name", "g"}});
        return make("InstanceGroup", values);
    }
    Error refused(NamedValues values) {
        values.insert(values.begin(), {{"slice", slice}, {"name", "g"}});
        return refusal([&](Steps& steps) { steps.make("InstanceGroup", values); });
    }
    std::vector<ObjectId> members() const { return live("Instance"); }
    std::map<ObjectId, int> by_node() const {
        std::map<ObjectId, int> counts;
        for (const ObjectId member : members())
            ++counts[link(member, "node")];
        return counts;
    }
};

TEST_CASE_FIXTURE(Groups, "a group has one instance, or min, or as many as count says") {
    const ObjectId group = make_group({});
    CHECK(integer(group, "count") == 1);
    CHECK(members().size() == 1);
    set(group, {{"count", std::int64_t{4}}});
    CHECK(members().size() == 4);
    set(group, {{"count", std::int64_t{0}}});
    CHECK(members().empty());
    remove(group);
    make_group({{"min", std::int64_t{2}}, {"max", std::int64_t{3}}});
    CHECK(members().size() == 2);
}

TEST_CASE_FIXTURE(Groups, "count is between min and max") {
    CHECK(refused({{"min", std::int64_t{2}}, {"count", std::int64_t{1}}})
              .message()
              .ends_with("count is at least min, which is 2"));
    CHECK(refused({{"max", std::int64_t{2}}, {"count", std::int64_t{3}}})
              .message()
              .ends_with("count is at most max, which is 2"));
    CHECK(refused({{"min", std::int64_t{3}}, {"max", std::int64_t{2}}})
              .message()
              .ends_with("min is at most max, and 3 is more than 2"));
}

TEST_CASE_FIXTURE(Groups, "its instances are spread over the nodes, and the youngest go first") {
    const ObjectId group = make_group({{"count", std::int64_t{6}}});
    CHECK((by_node() == std::map<ObjectId, int>{{node, 2}, {other_node, 2}, {far_node, 2}}));
    const auto before = members();
    set(group, {{"count", std::int64_t{3}}});
    CHECK((by_node() == std::map<ObjectId, int>{{node, 1}, {other_node, 1}, {far_node, 1}}));
    CHECK((members() == std::vector<ObjectId>(before.begin(), before.begin() + 3)));
}

TEST_CASE_FIXTURE(Groups, "one that is deleted by hand comes again") {
    const ObjectId group = make_group({{"count", std::int64_t{2}}});
    const ObjectId gone = members().at(0);
    remove(gone);
    CHECK(members().size() == 2);
    CHECK_FALSE(is_live(gone));
    CHECK(link(members().at(1), "group") == group);
}

TEST_CASE_FIXTURE(Groups, "one that is put into it by hand is refused") {
    const ObjectId group = make_group({});
    const Error error = refusal([&](Steps& steps) {
        steps.make("Instance", {{"slice", slice}, {"group", group}});
    });
    CHECK(error.message().ends_with("makes its instances itself: raise its count"));
}

TEST_CASE_FIXTURE(Groups, "per site has count at each site that has nodes") {
    const ObjectId group = make_group({{"count", std::int64_t{2}}, {"per", "site"}});
    CHECK((by_node() == std::map<ObjectId, int>{{node, 1}, {other_node, 1}, {far_node, 2}}));
    set(group, {{"count", std::int64_t{1}}});
    CHECK(members().size() == 2);
    CHECK(by_node().at(far_node) == 1);
    set(group, {{"per", "node"}});
    CHECK((by_node() == std::map<ObjectId, int>{{node, 1}, {other_node, 1}, {far_node, 1}}));
    set(group, {{"per", "deployment"}});
    CHECK(members().size() == 1);
    set(group, {{"per", "all"}, {"count", std::int64_t{5}}});
    CHECK(members().size() == 5);
}

TEST_CASE_FIXTURE(Groups,
                  "per node follows the nodes that come, and keeps what runs on disabled ones") {
    make_group({{"per", "node"}});
    CHECK(members().size() == 3);
    const ObjectId more = make("Node", {{"name", "f2"}, {"site_deployment", far_place}});
    CHECK(by_node().at(more) == 1);
    set(more, {{"enabled", false}});
    CHECK(by_node().at(more) == 1);
    for (const ObjectId member : members()) {
        if (link(member, "node") == more)
            remove(member);
    }
    CHECK(members().size() == 3);
    set(more, {{"enabled", true}});
    CHECK(by_node().at(more) == 1);
}

TEST_CASE_FIXTURE(Groups, "a node that comes is not refused because a slice is full") {
    set(slice, {{"max_instances", std::int64_t{3}}});
    const ObjectId group = make_group({{"per", "node"}});
    make("Node", {{"name", "f2"}, {"site_deployment", far_place}});
    CHECK(members().size() == 3);
    CHECK_FALSE(commit([&](Steps& steps) { steps.set(group, {{"count", std::int64_t{2}}}); }));
}

TEST_CASE_FIXTURE(Groups, "labels choose the nodes, of groups and of instances") {
    const ObjectId fast =
        make("NodeLabel", {{"name", "fast"}, {"node", std::vector<ObjectId>{other_node}}});
    make_group({{"count", std::int64_t{3}}, {"labels", std::vector<ObjectId>{fast}}});
    CHECK((by_node() == std::map<ObjectId, int>{{other_node, 3}}));
    const ObjectId single = make_instance(slice, {{"labels", std::vector<ObjectId>{fast}}});
    CHECK(link(single, "node") == other_node);
    CHECK(refusal([&](Steps& steps) {
              steps.make(
                  "Instance",
                  {{"slice", slice}, {"node", node}, {"labels", std::vector<ObjectId>{fast}}});
          })
              .message()
              .ends_with("node \"n1\" has not all labels that are asked for"));
    CHECK(refused({{"labels", std::vector<ObjectId>{make("NodeLabel", {{"name", "none"}})}}})
              .message()
              .find("has not all labels that are asked for") != std::string::npos);
}

TEST_CASE_FIXTURE(Groups, "a group per site takes nodes as they get the label") {
    const ObjectId fast =
        make("NodeLabel", {{"name", "fast"}, {"node", std::vector<ObjectId>{other_node}}});
    make_group({{"per", "site"}, {"labels", std::vector<ObjectId>{fast}}});
    CHECK((by_node() == std::map<ObjectId, int>{{other_node, 1}}));
    set(fast, {{"node", std::vector<ObjectId>{other_node, far_node}}});
    CHECK((by_node() == std::map<ObjectId, int>{{other_node, 1}, {far_node, 1}}));
}

TEST_CASE_FIXTURE(Groups, "a deployment that does not admit the slice counts for nothing") {
    const ObjectId cellar = make_deployment("cellar");
    const ObjectId back_end =
        make("Controller", {{"name", "c2"}, {"backend_type", "local"}, {"deployment", cellar}});
    const ObjectId there =
        make("SiteDeployment", {{"site", site}, {"deployment", cellar}, {"controller", back_end}});
    make("Node", {{"name", "c1"}, {"site_deployment", there}});
    set(cellar, {{"accessControl", "deny all"}});
    make_group({{"per", "deployment"}});
    CHECK(members().size() == 1);
}

TEST_CASE_FIXTURE(Groups, "a group goes with its slice") {
    make_group({{"count", std::int64_t{2}}});
    remove(slice);
    CHECK(members().empty());
    CHECK(live("InstanceGroup").empty());
}

}  // namespace
}  // namespace xos::core
