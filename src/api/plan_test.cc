#include "api/testing/api_world.h"

#include <doctest/doctest.h>

namespace xos::api {
namespace {

const std::string kSlices = "/xosapi/v1/core/slices";

struct World : ApiWorld {
    std::string body(const std::string& name, const std::string& more = "") {
        return R"({"name":"mysite_)" + name + R"(","site_id":)" + text_of(site) + more + "}";
    }
    std::string path_of(const std::string& name) {
        return kSlices + "/" + text_of(make("core/slices", body(name)));
    }
    static std::string token_of(const Answer& plan) {
        REQUIRE_MESSAGE(plan.status == 200, plan.text);
        REQUIRE(!plan.json.text("plan").empty());
        return std::string(plan.json.text("plan"));
    }
};

TEST_CASE_FIXTURE(World, "the plan of what is made shows what is not as by default") {
    const Answer plan = post(kSlices + "?plan=1", body("a", R"(,"enabled":false)"));
    REQUIRE(plan["changes"].as_array()->size() == 1);
    const Json& change = (*plan["changes"].as_array())[0];
    CHECK(change.text("change") == "create");
    CHECK(*change.find("asked") == Json(true));
    const Json& fields = *change.find("fields");
    CHECK(fields.as_object()->size() == 3);
    CHECK(*fields.find("enabled") == *Json::parse(R"({"new":false})"));
    CHECK(fields.find("name") != nullptr);
    CHECK(fields.find("site_id") != nullptr);
}

TEST_CASE_FIXTURE(World, "a plan lists what follows from what is asked for") {
    const std::string id = text_of(make("core/slices", body("a")));
    make("core/instances", R"({"name":"i","slice_id":)" + id + "}");
    const Answer plan = remove(kSlices + "/" + id + "?plan=1");
    REQUIRE(plan["changes"].as_array()->size() == 2);
    CHECK(*(*plan["changes"].as_array())[0].find("asked") == Json(true));
    CHECK(*(*plan["changes"].as_array())[1].find("asked") == Json(false));
    CHECK((*plan["changes"].as_array())[1].text("change") == "delete");
}

TEST_CASE_FIXTURE(World, "a write with the token of its plan does what was planned") {
    const std::string path = path_of("a");
    const std::string change = R"({"description":"x"})";
    const std::string token = token_of(patch(path + "?plan=1", change));
    path_of("b");  // Another's write moves revisions and ids only.
    CHECK(patch(path + "?if_plan=" + token, change)["description"] == Json("x"));
    const Answer again = patch(path + "?if_plan=" + token, change);
    CHECK(again.status == 412);
    CHECK(again["error"] == Json("stale"));
}

TEST_CASE_FIXTURE(World, "a token holds for what is made, whatever its ids will be") {
    const std::string both = R"({"operations":[{"op":"create","type":"core/slices","as":"s",)"
                             R"("fields":)" +
                             body("a") +
                             R"(},{"op":"create","type":"core/instances","fields":)"
                             R"({"name":"i","slice_id":"$s"}}]})";
    const std::string token = token_of(post("/xosapi/v1/transactions?plan=1", both));
    path_of("b");
    CHECK(post("/xosapi/v1/transactions?if_plan=" + token, both).status == 200);
}

TEST_CASE_FIXTURE(World, "a write fails when more would change than was planned") {
    const std::string id = text_of(make("core/slices", body("a")));
    const std::string token = token_of(remove(kSlices + "/" + id + "?plan=1"));
    make("core/instances", R"({"name":"i","slice_id":)" + id + "}");
    CHECK(remove(kSlices + "/" + id + "?if_plan=" + token).status == 412);
    CHECK(get(kSlices + "/" + id)["deleted"] == Json(false));
}

TEST_CASE_FIXTURE(World, "a token is for its request, its user and an hour") {
    const std::string path = path_of("a");
    const std::string change = R"({"description":"x"})";
    const std::string token = token_of(patch(path + "?plan=1", change));
    const Answer other = patch(path + "?if_plan=" + token, R"({"description":"y"})");
    CHECK(other.status == 422);
    CHECK(other["fields"].text("if_plan").find("another request") != std::string::npos);
    const std::string own = "/xosapi/v1/core/users/" + text_of(ann);
    const std::string mine = token_of(patch(own + "?plan=1", R"({"phone":"1"})"));
    CHECK(patch(own + "?if_plan=" + mine, R"({"phone":"1"})", ann_token()).status == 422);
    CHECK(patch(path + "?if_plan=x", change).status == 422);
    std::string forged = token;
    forged[3] = forged[3] == 'A' ? 'B' : 'A';
    CHECK(patch(path + "?if_plan=" + forged, change).status == 422);
    wall_clock().advance(std::chrono::hours(1));
    CHECK(patch(path + "?if_plan=" + token, change).status == 412);
}

TEST_CASE_FIXTURE(World, "operations in mode each happen or are refused by themselves") {
    const auto run = [&](const std::string& query) {
        return post("/xosapi/v1/transactions" + query,
                    R"({"mode":"each","operations":[)"
                    R"({"op":"create","type":"core/slices","as":"a","fields":)" +
                        body("a") +
                        R"(},{"op":"create","type":"core/slices","as":"b","fields":{"nmae":1}},)"
                        R"({"op":"create","type":"core/instances","fields":{"name":"i",)"
                        R"("slice_id":"$b"}},)"
                        R"({"op":"create","type":"core/instances","fields":{"name":"i",)"
                        R"("slice_id":"$a"}}]})");
    };
    const Answer plan = run("?plan=1");
    REQUIRE_MESSAGE(plan.status == 200, plan.text);
    CHECK(plan["changes"].as_array()->size() == 2);
    CHECK((*plan["results"].as_array())[1].text("error") == "invalid");
    const Answer done = run("?if_plan=" + token_of(plan));
    REQUIRE_MESSAGE(done.status == 200, done.text);
    CHECK(done["refused"] == Json(2));
    const auto& results = *done["results"].as_array();
    CHECK(results[0].number("id") > 0);
    CHECK(results[1].find("id")->is_null());
    CHECK(results[1].find("fields")->text("/operations/1/fields/nmae") ==
          "is no field of Slice, did you mean \"name\"?");
    CHECK(results[2].text("detail") == "operation 1, to which it refers, was refused");
    CHECK(results[3].number("id") > 0);
    CHECK(post("/xosapi/v1/transactions", R"({"mode":"some","operations":[]})").status == 422);
}

TEST_CASE_FIXTURE(World, "a repeated transaction in mode each repeats its refusals") {
    const std::string text = R"({"mode":"each","operations":[)"
                             R"({"op":"create","type":"core/slices","fields":)" +
                             body("a") +
                             R"(},{"op":"create","type":"core/slices","fields":{"nmae":1}}]})";
    const Request request{"POST", "/xosapi/v1/transactions", text, {{"Idempotency-Key", "k"}}};
    const Answer first = send(request);
    const Answer second = send(request);
    CHECK(first.status == 200);
    CHECK(first.json == second.json);
}

TEST_CASE_FIXTURE(World, "actions are asked for by name, planned, and part of transactions") {
    const std::string slice = text_of(make("core/slices", body("a")));
    const std::string id =
        text_of(make("core/instances", R"({"name":"i","slice_id":)" + slice + "}"));
    const std::string path = "/xosapi/v1/core/instances/" + id;
    const Answer plan = post(path + "/actions/reboot?plan=1", "");
    REQUIRE_MESSAGE(plan.status == 200, plan.text);
    const Answer done = post(path + "/actions/reboot?if_plan=" + token_of(plan), "");
    REQUIRE_MESSAGE(done.status == 200, done.text);
    CHECK(done["reboot_requested"] == done["revision"]);
    CHECK(done["goal_revision"] == done["revision"]);
    const Answer both = post("/xosapi/v1/transactions",
                             R"({"operations":[{"op":"action","action":"retry","id":)" + id +
                                 R"(},{"op":"action","action":"rebot","id":)" + id + "}]}");
    CHECK(both.status == 422);
    CHECK(both["fields"].text("/operations/1/action") ==
          "wants one of retry, abandon, reboot, did you mean \"reboot\"?");
    CHECK(post(path + "/actions/rety", "")["detail"] ==
          Json("a Instance knows no action \"rety\", did you mean \"retry\"?"));
    CHECK(post(path + "/actions/retry", "", ann_token()).status == 404);
    CHECK(post(path + "/actions/retry", R"({"x":1})").status == 422);
    CHECK(post("/xosapi/v1/core/slices/" + slice + "/actions/retry", "").status == 409);
    CHECK(remove(path).status == 202);
    CHECK(post(path + "/actions/abandon", "").status == 200);
    CHECK(get(path).status == 404);
}

}  // namespace
}  // namespace xos::api
