#include "api/testing/api_world.h"

#include <doctest/doctest.h>

namespace xos::api {
namespace {

struct World : ApiWorld {
    // Long enough for a busy machine: whoever does not answer has a test of its own.
    World() : ApiWorld([](Parts& parts) { parts.options.task_timeout = Duration(60'000); }) {}

    std::int64_t slice =
        make("core/slices", R"({"name":"mysite_a","site_id":)" + text_of(site) + "}");
    std::int64_t instance =
        make("core/instances", R"({"name":"i","slice_id":)" + text_of(slice) + "}");
    std::string path = "/xosapi/v1/core/instances/" + text_of(instance);

    std::string goal() { return text_of(get(path).json.number("goal_revision")); }
    Answer report(const std::string& item, const std::string& more = "") {
        return post("/xosapi/v1/status", R"({"items":[{)" + item + "}]" + more + "}",
                    local_token());
    }
    Answer report_state(const std::string& state, const std::string& more = "") {
        return report(R"("id":)" + text_of(instance) + R"(,"goal_revision":)" + goal() +
                      R"(,"state":")" + state + "\"" + more);
    }
};

TEST_CASE_FIXTURE(World, "status makes an object ready, with its feedback") {
    CHECK(get(path)["ready"] == Json(false));
    const Answer done = report_state("done", R"(,"feedback":{"ip":"10.64.0.2"},"handle":"h")");
    REQUIRE_MESSAGE(done.status == 200, done.text);
    CHECK(done["refusals"].as_array()->empty());
    const Answer object = get(path);
    CHECK(object["ready"] == Json(true));
    CHECK(object["ip"] == Json("10.64.0.2"));
    CHECK(object["backend_handle"] == Json("h"));
}

TEST_CASE_FIXTURE(World, "what does not fit is refused singly, what is no status as a whole") {
    const Answer gone = report(R"("id":999,"goal_revision":1,"state":"done")");
    CHECK(gone.status == 200);
    const auto& refusals = *gone["refusals"].as_array();
    REQUIRE(refusals.size() == 1);
    CHECK(refusals[0].number("id") == 999);
    CHECK(refusals[0].text("error") == "not_found");
    const Answer other =
        report(R"("id":)" + text_of(slice) + R"(,"goal_revision":1,"state":"done")");
    CHECK((*other["refusals"].as_array())[0].text("error") == "permission_denied");
    const Answer wrong = report(R"("id":"x","state":"gone","feedback":{"ip":1},"extra":1)");
    CHECK(wrong.status == 422);
    CHECK(wrong["fields"].as_object()->size() == 4);
    CHECK(report_state("done", R"(,"feedback":{"name":"x","ip":7})").status == 422);
    CHECK(post("/xosapi/v1/status", R"({"items":[]})").status == 403);
}

TEST_CASE_FIXTURE(World, "a deleted object stays until its service says it is clean") {
    report_state("done");
    const Answer deletion = remove(path);
    CHECK(deletion.status == 202);
    CHECK(deletion["deleted"] == Json(true));
    CHECK(get(path).status == 200);
    CHECK(patch(path, R"({"name":"j"})").status == 409);
    CHECK(get("/xosapi/v1/core/instances")["items"].as_array()->empty());
    CHECK(get("/xosapi/v1/core/instances?kind=deleted")["items"].as_array()->size() == 1);
    CHECK(report_state("clean").status == 200);
    CHECK(get(path).status == 404);
}

TEST_CASE_FIXTURE(World, "services are listed with how far they have come") {
    post("/xosapi/v1/status", R"({"caught_up":5,"items":[]})", local_token());
    const Answer list = get("/xosapi/v1/services");
    REQUIRE(list["items"].as_array()->size() == 1);
    const Json& local = (*list["items"].as_array())[0];
    CHECK(local.text("name") == "local");
    CHECK(local.number("caught_up") == 5);
    CHECK(*local.find("connected") == Json(false));
    CHECK(get("/xosapi/v1/services/local/status")["name"] == Json("local"));
    CHECK(get("/xosapi/v1/services/none").status == 404);
    CHECK(get("/xosapi/v1/services", ann_token())["items"].as_array()->empty());
}

TEST_CASE_FIXTURE(World, "why follows the chain of causes and asks the synchronizer") {
    const std::int64_t other =
        make("core/instances", R"({"name":"j","slice_id":)" + text_of(slice) + "}");
    report_state("waiting", R"(,"text":"waits","waiting_for":)" + text_of(other));
    const Answer alone = get(path + "/why");
    REQUIRE_MESSAGE(alone.status == 200, alone.text);
    CHECK(alone["state"] == Json("waiting"));
    CHECK(alone["name"] == Json("mysite_a/i"));
    CHECK(alone["owner"] == Json("local"));
    CHECK(alone["synchronizer"].text("error") == "unavailable");
    const auto& causes = *alone["because"].as_array();
    REQUIRE(causes.size() == 2);
    CHECK(causes[0].text("reason").find("no synchronizer") != std::string::npos);
    CHECK(causes[1].find("object")->text("name") == "mysite_a/j");

    Events tasks = open("/xosapi/v1/services/local/tasks", local_token());
    std::thread synchronizer([&] {
        const http::Event task = tasks.next();
        CHECK(task.event == "task");
        const auto data = Json::parse(task.data);
        CHECK(data->text("question") == "why");
        CHECK(data->number("object") == instance);
        const std::string id(data->text("id"));
        CHECK(post("/xosapi/v1/services/local/tasks/" + id, R"({"queue":"waiting"})", local_token())
                  .status == 204);
        CHECK(post("/xosapi/v1/services/local/tasks/" + id, "{}", local_token()).status == 404);
    });
    const Answer asked = get(path + "/why");
    synchronizer.join();
    CHECK(asked["synchronizer"].text("queue") == "waiting");
    CHECK(asked["because"].as_array()->size() == 1);
    CHECK(get("/xosapi/v1/services/local/tasks").status == 403);
}

TEST_CASE("a synchronizer that does not answer is reported as such") {
    ApiWorld world([](Parts& parts) { parts.options.task_timeout = Duration(10); });
    Events tasks = world.open("/xosapi/v1/services/local/tasks", world.local_token());
    const Answer logs = world.get("/xosapi/v1/services/local/logs");
    CHECK(logs.status == 200);
    CHECK(logs["synchronizer"] == Json("the synchronizer of \"local\" did not answer in time"));
}

TEST_CASE_FIXTURE(World, "a service hears of every revision, by bookmarks if by nothing else") {
    Events events = open("/xosapi/v1/watch?types=Instance", local_token());
    events.next();
    patch("/xosapi/v1/core/sites/" + text_of(site), R"({"location":"here"})");
    CHECK(events.next().event == "bookmark");
    Events slices = open("/xosapi/v1/watch?types=Slice,Site&since=0", local_token());
    CHECK(slices.next().event == "put");
    CHECK(slices.next().event == "bookmark");
}

TEST_CASE_FIXTURE(World, "a service reads secrets of its own objects alone") {
    const std::int64_t controller =
        make("core/controllers", R"({"name":"c","admin_password":"hush"})");
    const std::string wish = R"({"id":)" + text_of(controller) + R"(,"field":"admin_password"})";
    const std::string secrets = "/xosapi/v1/utility/secrets";
    CHECK(post(secrets, wish).status == 403);
    CHECK(post(secrets, wish, local_token()).status == 403);
    const std::string name = R"({"id":)" + text_of(controller) + R"(,"field":"name"})";
    CHECK(post(secrets, name, local_token()).status == 422);
    CHECK(get("/xosapi/v1/core/controllers/" + text_of(controller)).text.find("hush") ==
          std::string::npos);
}

TEST_CASE_FIXTURE(World,
                  "a secret has the version of its last change, and its service may have it") {
    const std::string object = "/xosapi/v1/core/services/" + text_of(local);
    const auto shown = [&] { return get(object)["api_key"].format(); };
    CHECK(shown() == R"({"set":false})");
    const Answer set = patch(object, R"({"api_key":"hush"})");
    REQUIRE(set.status == 200);
    const std::string version = text_of(set.json.number("revision"));
    CHECK(shown() == R"({"set":true,"version":)" + version + "}");
    patch(object, R"({"enabled":true})");
    patch(object, R"({"name":"local","api_key":{"set":true}})");
    CHECK(shown() == R"({"set":true,"version":)" + version + "}");

    const std::string wish = R"({"id":)" + text_of(local) + R"(,"field":"api_key"})";
    const Answer plain = post("/xosapi/v1/utility/secrets", wish, local_token());
    REQUIRE_MESSAGE(plain.status == 200, plain.text);
    CHECK(plain["value"] == Json("hush"));
    CHECK(text_of(plain.json.number("version")) == version);
    CHECK(post("/xosapi/v1/utility/secrets", wish).status == 403);
    CHECK(get(object + "/history").text.find("hush") == std::string::npos);
    CHECK(get(object + "/history").text.find(R"("api_key":{"set":true)") != std::string::npos);
}

TEST_CASE_FIXTURE(World, "history tells who changed what and when") {
    patch(path, R"({"name":"j"})");
    report_state("done");
    const Answer history = get(path + "/history");
    REQUIRE_MESSAGE(history.status == 200, history.text);
    const auto& items = *history["items"].as_array();
    REQUIRE(items.size() == 3);
    CHECK(items[0].text("kind") == "feedback");
    CHECK(items[0].text("user") == "local");
    CHECK(items[1].text("user") == "root@x");
    CHECK(items[1].text("kind") == "declarative");
    CHECK(items[1].find("object")->text("name") == "j");
    CHECK(items[1].find("changed")->format().find("\"name\"") != std::string::npos);
    const Answer page = get(path + "/history?limit=1");
    CHECK(page["items"].as_array()->size() == 1);
    const Answer rest = get(path + "/history?before=" + text_of(page.json.number("next")));
    CHECK(rest["items"].as_array()->size() == 2);
    CHECK(get(path + "/history", ann_token()).status == 404);
    CHECK(get(path + "/history?limit=x").status == 422);
}

TEST_CASE_FIXTURE(World, "history keeps secrets, and outlives its object for root") {
    const std::int64_t controller =
        make("core/controllers", R"({"name":"c","admin_password":"hush"})");
    const std::string path = "/xosapi/v1/core/controllers/" + text_of(controller);
    CHECK(get(path + "/history").text.find("hush") == std::string::npos);
    remove(path);
    const Answer past = get(path + "/history");
    CHECK(past.status == 200);
    CHECK((*past["items"].as_array())[0].text("kind") == "purge");
    CHECK(get("/xosapi/v1/core/sites/" + text_of(controller) + "/history").status == 404);
}

}  // namespace
}  // namespace xos::api
