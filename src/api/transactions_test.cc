#include "api/testing/api_world.h"

#include <doctest/doctest.h>

namespace xos::api {
namespace {

struct World : ApiWorld {
    Answer transact(const std::string& operations, const std::string& query = "") {
        return post("/xosapi/v1/transactions" + query, R"({"operations":[)" + operations + "]}");
    }
    std::string make_slice(const std::string& name, const std::string& more = "") {
        return R"({"op":"create","type":"core/slices","as":")" + name +
               R"(","fields":{"name":"mysite_)" + name + R"(","site_id":)" + text_of(site) + more +
               "}}";
    }
};

TEST_CASE_FIXTURE(World, "operations happen together and refer to earlier ones") {
    const Answer done =
        transact(make_slice("a") + "," + make_slice("b", R"(,"friends_ids":["$a"])") + "," +
                 R"({"op":"create","type":"core.Instance","fields":{"name":"i","slice_id":"$a"}},)"
                 R"({"op":"update","type":"core/slices","id":"$a","fields":{"description":"x"}})");
    REQUIRE_MESSAGE(done.status == 200, done.text);
    const auto& results = *done["results"].as_array();
    REQUIRE(results.size() == 4);
    CHECK(results[0].text("as") == "a");
    const std::int64_t a = results[0].number("id");
    CHECK(results[3].number("id") == a);
    CHECK(get("/xosapi/v1/core/slices/" + text_of(a))["description"] == Json("x"));
    const Answer b = get("/xosapi/v1/core/slices/" + text_of(results[1].number("id")));
    CHECK(b["friends_ids"] == Json(Json::Array{a}));
    CHECK(b["revision"] == done["revision"]);
}

TEST_CASE_FIXTURE(World, "one that fails takes all others with it") {
    CHECK(transact(make_slice("a") + "," + make_slice("a")).status == 422);
    const std::string same = R"({"op":"create","type":"core/slices","fields":{"name":"mysite_a",)"
                             R"("site_id":)" +
                             text_of(site) + "}}";
    const Answer taken = transact(make_slice("a") + "," + same);
    CHECK(taken.status == 409);
    CHECK(get("/xosapi/v1/core/slices")["items"].as_array()->empty());
}

TEST_CASE_FIXTURE(World, "all mistakes of all operations are told by their place") {
    const Answer refused = transact(
        R"({"op":"make","type":"core/slices"},)"
        R"({"op":"create","type":"core/slice","fields":{}},)"
        R"({"op":"update","type":"core/slices","id":"$x","fields":{"nmae":1}},)"
        R"({"op":"create","type":"core/slices","fields":{"site_id":"$later","max_instances":-1}},)"
        R"({"op":"delete","id":99,"if_match":"x","cascade":1,"extra":1},7)");
    CHECK(refused.status == 422);
    const Json& fields = refused["fields"];
    CHECK(fields.text("/operations/0/op") == "wants create, update, delete or action");
    CHECK(fields.text("/operations/1/type") ==
          "there is no type \"core/slice\", did you mean \"core/slices\"?");
    CHECK(fields.find("/operations/2/id") != nullptr);
    CHECK(fields.find("/operations/2/fields/nmae") != nullptr);
    CHECK(fields.text("/operations/3/fields/site_id") ==
          "no earlier operation is called \"$later\"");
    CHECK(fields.text("/operations/3/fields/max_instances") == "is less than 0");
    CHECK(fields.text("/operations/4/id") == "there is no object 99");
    CHECK(fields.find("/operations/4/extra") != nullptr);
    CHECK(fields.text("/operations/5") == "wants an object");
}

TEST_CASE_FIXTURE(World, "a transaction that has no operations list is refused") {
    CHECK(post("/xosapi/v1/transactions", R"({"operation":[]})").status == 422);
    CHECK(post("/xosapi/v1/transactions", R"({"operations":{}})").status == 422);
    CHECK(post("/xosapi/v1/transactions", "[]").status == 400);
    CHECK(transact("").status == 200);
}

TEST_CASE_FIXTURE(World, "a transaction can be planned, and matched against a revision") {
    const Answer plan = transact(make_slice("a"), "?plan=1");
    REQUIRE(plan.status == 200);
    CHECK((*plan["changes"].as_array())[0].text("change") == "create");
    CHECK(get("/xosapi/v1/core/slices")["items"].as_array()->empty());
    const Answer made = transact(make_slice("a"));
    const std::string id = text_of((*made["results"].as_array())[0].number("id"));
    const Answer stale = transact(R"({"op":"update","type":"core/slices","id":)" + id +
                                  R"(,"if_match":1,"fields":{"description":"x"}})");
    CHECK(stale.status == 412);
    const Answer gone = transact(R"({"op":"delete","id":)" + id + "}");
    CHECK(gone.status == 200);
    CHECK(get("/xosapi/v1/core/slices/" + id).status == 404);
}

TEST_CASE("a transaction has a bound") {
    ApiWorld world([](Parts& parts) { parts.options.most_operations = 1; });
    CHECK(world.post("/xosapi/v1/transactions", R"({"operations":[{},{}]})").status == 413);
}

constexpr const char* kRecipe = R"yaml(tosca_definitions_version: tosca_simple_yaml_1_0
topology_template:
  node_templates:
    home:
      type: tosca.nodes.Site
      properties: {login_base: mysite, must-exist: true}
    app:
      type: tosca.nodes.Slice
      properties: {name: mysite_app}
      requirements:
        - site: {node: home, relationship: tosca.relationships.BelongsToOne}
)yaml";

TEST_CASE_FIXTURE(World, "a recipe is planned, applied once, and destroyed") {
    const Answer plan = post("/xosapi/v1/recipes/plan", kRecipe);
    REQUIRE_MESSAGE(plan.status == 200, plan.text);
    CHECK(plan["changes"].as_array()->size() == 1);
    CHECK(plan["items"].as_array()->size() == 2);
    const Answer applied = post("/xosapi/v1/recipes/apply", kRecipe);
    REQUIRE(applied.status == 200);
    CHECK(applied["changed"] == Json(true));
    const Answer again = post("/xosapi/v1/recipes/apply", kRecipe);
    CHECK(again["changed"] == Json(false));
    CHECK((*again["items"].as_array())[1].number("id") > 0);
    CHECK(post("/xosapi/v1/recipes/destroy?plan=1", kRecipe)["changes"].as_array()->size() == 1);
    CHECK(post("/xosapi/v1/recipes/destroy", kRecipe).status == 200);
    CHECK(get("/xosapi/v1/core/slices")["items"].as_array()->empty());
}

TEST_CASE_FIXTURE(World, "the mistakes of a recipe come with their places") {
    std::string wrong = kRecipe;
    wrong.replace(wrong.find("nodes.Slice"), 11, "nodes.Slcie");
    const Answer refused = post("/xosapi/v1/recipes/apply?file=two.yaml", wrong);
    CHECK(refused.status == 422);
    REQUIRE(refused["fields"].as_object()->size() == 1);
    const auto& [place, message] = (*refused["fields"].as_object())[0];
    CHECK(place.starts_with("two.yaml:8:"));
    CHECK(message.as_string()->find("did you mean") != std::string::npos);
    CHECK(message.as_string()->find('^') != std::string::npos);
}

}  // namespace
}  // namespace xos::api
