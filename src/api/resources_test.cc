#include "api/testing/api_world.h"

#include <doctest/doctest.h>

#include <thread>

namespace xos::api {
namespace {

const std::string kSlices = "/xosapi/v1/core/slices";

struct World : ApiWorld {
    std::string slice(const std::string& name, const std::string& more = "") {
        return text_of(make("core/slices", R"({"name":"mysite_)" + name + R"(","site_id":)" +
                                               text_of(site) + more + "}"));
    }
    std::string names(const std::string& query) {
        const Answer answer = get(kSlices + query);
        REQUIRE_MESSAGE(answer.status == 200, answer.text);
        std::string out;
        for (const Json& item : *answer["items"].as_array())
            out += std::string(item.text("name").substr(7)) + " ";
        return out;
    }
};

TEST_CASE_FIXTURE(World, "an object is made, read, changed and deleted") {
    const Answer made = post(kSlices, R"({"name":"mysite_web","site_id":)" + text_of(site) + "}");
    REQUIRE(made.status == 201);
    const std::string path = kSlices + "/" + text_of(made.id());
    CHECK(made.headers.text("Location") == path);
    CHECK(made["leaf_model_name"] == Json("Slice"));
    CHECK(made["class_names"] == Json(Json::Array{"Slice", "XOSBase"}));
    CHECK(made["site_id"] == Json(site));
    CHECK(made["creator_id"].is_null());
    CHECK(made["created"] == Json("2024-01-01T00:00:00.000000Z"));

    const Answer read = get(path);
    CHECK(read.status == 200);
    CHECK(read.json == made.json);
    CHECK(read.headers.text("ETag") == "\"" + text_of(read.json.number("revision")) + "\"");

    const Answer changed = patch(path, R"({"description":"for the web"})");
    CHECK(changed.status == 200);
    CHECK(changed["description"] == Json("for the web"));
    CHECK(changed["name"] == Json("mysite_web"));

    CHECK(remove(path).status == 204);
    CHECK(get(path).status == 404);
    CHECK(remove(path).status == 404);
}

TEST_CASE_FIXTURE(World, "an unchanged object is not sent again") {
    const std::string path = kSlices + "/" + slice("a");
    const Answer read = get(path);
    http::Headers headers{{"If-None-Match", read.headers.text("ETag")}};
    CHECK(send({"GET", path, "", headers}).status == 304);
    patch(path, R"({"enabled":false})");
    CHECK(send({"GET", path, "", headers}).status == 200);
}

TEST_CASE_FIXTURE(World, "all mistakes of a request are told, each with its field and a hint") {
    const Answer refused = post(
        kSlices,
        R"({"nmae":"x","site":1,"max_instances":"many","default_isolation":"jail","revision":4,)"
        R"("description":7})");
    CHECK(refused.status == 422);
    CHECK(refused.headers.text("Content-Type") == "application/problem+json");
    CHECK(refused["error"] == Json("invalid"));
    CHECK(refused["title"] == Json("Unprocessable Content"));
    CHECK(refused["instance"] == Json(kSlices));
    const Json& fields = refused["fields"];
    CHECK(fields.text("nmae") == "is no field of Slice, did you mean \"name\"?");
    CHECK(fields.text("site") == "is no field of Slice, did you mean \"site_id\"?");
    CHECK(fields.text("max_instances") == "wants a whole number");
    CHECK(fields.text("description") == "wants a string");
    CHECK(fields.text("revision") == "is kept by the system and cannot be set");
    CHECK(fields.text("default_isolation").starts_with("\"jail\" is none of"));
}

TEST_CASE_FIXTURE(World, "a body that is no JSON object is malformed") {
    CHECK(post(kSlices, "{").status == 400);
    CHECK(post(kSlices, "[]").status == 400);
    CHECK(post(kSlices, "").status == 400);
}

TEST_CASE_FIXTURE(World, "paths and methods that are not there are told from each other") {
    CHECK(get("/nowhere").status == 404);
    const Answer unknown = get("/xosapi/v1/core/slice");
    CHECK(unknown.status == 404);
    CHECK(unknown["detail"] ==
          Json("there are no objects at \"core/slice\", did you mean \"core/slices\"?"));
    const Answer method = send({"PATCH", kSlices, "{}", {}});
    CHECK(method.status == 405);
    CHECK(method.headers.text("Allow") == "GET, HEAD, POST");
    CHECK(get(kSlices + "/x").status == 404);
    CHECK(get(kSlices + "/" + text_of(site)).status == 404);
}

TEST_CASE_FIXTURE(World, "If-Match refuses a write on what has changed") {
    const std::string path = kSlices + "/" + slice("a");
    const Answer read = get(path);
    patch(path, R"({"enabled":false})");
    const http::Headers stale{{"If-Match", read.headers.text("ETag")}};
    CHECK(send({"PATCH", path, R"({"enabled":true})", stale}).status == 412);
    CHECK(send({"DELETE", path, "", stale}).status == 412);
    const http::Headers fresh{{"If-Match", get(path).headers.text("ETag")}};
    CHECK(send({"PATCH", path, R"({"enabled":true})", fresh}).status == 200);
    CHECK(send({"PATCH", path, "{}", {{"If-Match", "abc"}}}).status == 400);
}

TEST_CASE_FIXTURE(World, "maps merge, and a null takes a member out") {
    const std::string path = kSlices + "/" + slice("a", R"(,"metadata":{"a":"1","b":"2"})");
    const Answer changed = patch(path, R"({"metadata":{"b":null,"c":"3"}})");
    CHECK(changed["metadata"].format() == R"({"a":"1","c":"3"})");
    CHECK(patch(path, R"({"metadata":null})")["metadata"].is_null());
}

TEST_CASE_FIXTURE(World, "PUT replaces the object, and takes back what GET gave") {
    const std::string path = kSlices + "/" + slice("a", R"(,"description":"x")");
    const Answer read = get(path);
    const Answer same = send({"PUT", path, read.text, {}});
    CHECK_MESSAGE(same.status == 200, same.text);
    CHECK(same["revision"] == read["revision"]);
    const Answer less =
        send({"PUT", path, R"({"name":"mysite_a","site_id":)" + text_of(site) + "}", {}});
    CHECK(less.status == 200);
    CHECK(less["description"].is_null());
    patch(path, R"({"metadata":{"a":"1"}})");
    const Answer map =
        send({"PUT",
              path,
              R"({"name":"mysite_a","metadata":{"b":"2"},"site_id":)" + text_of(site) + "}",
              {}});
    CHECK(map["metadata"].format() == R"({"b":"2"})");
}

TEST_CASE_FIXTURE(World, "a list filters, orders, counts and pages") {
    for (const char* name : {"b", "a", "c"})
        slice(name);
    CHECK(names("") == "b a c ");
    CHECK(names("?order=name") == "a b c ");
    CHECK(names("?order=-name") == "c b a ");
    CHECK(names("?name__in=mysite_a,mysite_c") == "a c ");
    CHECK(names("?site__login_base=mysite&not__name=mysite_a") == "b c ");
    CHECK(names("?q=name = 'mysite_a'") == "a ");
    CHECK(names("?q=site.login_base %3D 'other'") == "");
    const Answer first = get(kSlices + "?order=name&limit=2&count=1");
    CHECK(first["items"].as_array()->size() == 2);
    CHECK(first["total"] == Json(3));
    CHECK(first["revision"] ==
          Json(static_cast<std::int64_t>(kernel().snapshot()->revision().value)));
    CHECK(names("?order=name&after=" + *first["next"].as_string()) == "c ");
    CHECK(get(kSlices + "?limit=1&order=name&after=x").status == 400);
}

TEST_CASE_FIXTURE(World, "a list shows the fields that are asked for") {
    slice("a");
    const Answer some = get(kSlices + "?fields=name,site_id");
    CHECK((*some["items"].as_array())[0].as_object()->size() == 3);
    const Answer expanded = get(kSlices + "?fields=name&expand=site&reverse=instances");
    const Json& item = (*expanded["items"].as_array())[0];
    CHECK(item.find("site")->text("login_base") == "mysite");
    CHECK(item.find("instances_ids")->is_array());
}

TEST_CASE_FIXTURE(World, "mistakes in a list's parameters are all told") {
    const Answer refused =
        get(kSlices + "?nmae=x&limit=many&order=nme&fields=nam&kind=dead&q=nme&expand=name");
    CHECK(refused.status == 422);
    CHECK(refused["fields"].as_object()->size() == 7);
    CHECK(refused["fields"].text("nmae") == "Slice has no field \"nmae\", did you mean \"name\"?");
}

TEST_CASE_FIXTURE(World, "what one may not read does not exist") {
    const std::string id = slice("a");
    CHECK(get(kSlices + "/" + id, ann_token()).status == 404);
    CHECK(get(kSlices, ann_token())["items"].as_array()->empty());
    CHECK(patch(kSlices + "/" + id, R"({"enabled":false})", ann_token()).status == 404);
    CHECK(remove(kSlices + "/" + id, ann_token()).status == 404);
    const std::string users = "/xosapi/v1/core/users";
    const Answer list = get(users + "?count=1", ann_token());
    REQUIRE(list["items"].as_array()->size() == 1);
    CHECK(list["total"] == Json(1));
    CHECK((*list["items"].as_array())[0].number("id") == ann);
    // The home site is out of sight, so nothing can be learned from it.
    CHECK(get(users + "?site__login_base=mysite", ann_token())["items"].as_array()->empty());
    CHECK(get(users + "?q=site.login_base = 'mysite'", ann_token())["items"].as_array()->empty());
    CHECK(get(users + "?q=site.login_base != 'x'", ann_token())["items"].as_array()->empty());
    CHECK(get(users + "?q=exists Slice: Slice.enabled", ann_token()).status == 422);
}

TEST_CASE_FIXTURE(World, "secrets never come out, and their masks go back in unharmed") {
    const std::string path = "/xosapi/v1/core/users/" + text_of(ann);
    const Answer read = get(path);
    CHECK(*read["password"].find("set") == Json(true));
    CHECK(read["password"].find("version") != nullptr);
    CHECK(read.text.find("argon2") == std::string::npos);
    CHECK(patch(path, R"({"password":{"set":true},"phone":"1"})").status == 200);
    CHECK(get("/xosapi/v1/core/users?password=x").status == 422);
    CHECK(get("/xosapi/v1/core/tokens").text.find("digest") == std::string::npos);
    CHECK(
        get("/xosapi/v1/core/tokens?digest__startswith=").json.find("items")->as_array()->empty());
}

TEST_CASE_FIXTURE(World, "a plan shows what a write would do and does nothing") {
    const std::string id = slice("a");
    const Answer plan = patch(kSlices + "/" + id + "?plan=1", R"({"description":"new"})");
    REQUIRE(plan.status == 200);
    const Json& change = (*plan["changes"].as_array())[0];
    CHECK(change.text("change") == "update");
    CHECK(change.text("name") == "mysite_a");
    CHECK(change.find("fields")->format() == R"({"description":{"old":null,"new":"new"}})");
    CHECK(get(kSlices + "/" + id)["description"].is_null());
    const Answer deletion = remove(kSlices + "/" + id + "?plan=1");
    CHECK((*deletion["changes"].as_array())[0].text("change") == "delete");
    CHECK(post(kSlices + "?plan=1", "{}").status == 422);
    CHECK(remove(kSlices + "/" + id + "?plan=yes").status == 422);
    CHECK(get(kSlices + "/" + id).status == 200);
}

TEST_CASE_FIXTURE(World, "deleting is refused while others need the object, unless it cascades") {
    const std::string id = slice("a");
    const std::string path = "/xosapi/v1/core/sites/" + text_of(site);
    const Answer refused = remove(path);
    CHECK(refused.status == 409);
    CHECK(refused["detail"].as_string()->find("mysite_a") != std::string::npos);
    CHECK(remove(path + "?cascde=1").status == 422);
}

TEST_CASE_FIXTURE(World, "a write with an Idempotency-Key happens once") {
    const http::Headers key{{"Idempotency-Key", "k1"}};
    const std::string body = R"({"name":"mysite_a","site_id":)" + text_of(site) + "}";
    const Answer first = send({"POST", kSlices, body, key});
    const Answer again = send({"POST", kSlices, body, key});
    CHECK(first.status == 201);
    CHECK(again.status == 201);
    CHECK(again.json == first.json);
    CHECK(again.headers.text("Location") == first.headers.text("Location"));
    CHECK(send({"POST", kSlices, "{}", key}).status == 422);
    CHECK(names("") == "a ");

    const http::Headers other{{"Idempotency-Key", "k2"}};
    const std::string removal =
        R"({"operations":[{"op":"delete","id":)" + text_of(first.id()) + R"(,"as":"x"}]})";
    const Answer gone = send({"POST", "/xosapi/v1/transactions", removal, other});
    CHECK(gone.status == 200);
    CHECK(send({"POST", "/xosapi/v1/transactions", removal, other}).json == gone.json);
    CHECK(send({"POST", kSlices, body, key}).json.as_object()->size() == 1);

    wall_clock().advance(std::chrono::hours(25));
    CHECK(send({"POST", kSlices, body, key}).status == 201);
    CHECK(names("") == "a ");
}

TEST_CASE_FIXTURE(World, "a refused write with an Idempotency-Key may be tried again") {
    const http::Headers key{{"Idempotency-Key", "k1"}};
    const std::string body = R"({"name":"mysite_a","site_id":)" + text_of(site) + "}";
    const std::string first = slice("a");
    CHECK(send({"POST", kSlices, body, key}).status == 409);
    remove(kSlices + "/" + first);
    CHECK(send({"POST", kSlices, body, key}).status == 201);
    CHECK(send({"POST", kSlices, body, {{"Idempotency-Key", ""}}}).status == 400);
}

TEST_CASE_FIXTURE(World, "OPTIONS tells the methods of a path, HEAD an answer without its body") {
    const Answer options = send({"OPTIONS", kSlices + "/7", "", {}});
    CHECK(options.status == 204);
    CHECK(options.headers.text("Allow") == "GET, HEAD, PATCH, PUT, DELETE, OPTIONS");
    CHECK(send({"OPTIONS", "/nowhere", "", {}}).status == 404);
    CHECK(send({"HEAD", kSlices + "/" + slice("a"), "", {}}).status == 200);
}

TEST_CASE_FIXTURE(World, "conditions of a request are kept as HTTP says") {
    const std::string path = kSlices + "/" + slice("a");
    const std::string tag(get(path).headers.text("ETag"));
    const auto with = [&](const char* method, const char* name, const std::string& value) {
        return send({method, path, R"({"description":"x"})", {{name, value}}}).status;
    };
    CHECK(with("GET", "If-Match", "\"1\"") == 412);
    CHECK(with("GET", "If-Match", "\"1\", " + tag) == 200);
    CHECK(with("GET", "If-None-Match", "W/" + tag) == 304);
    CHECK(with("GET", "If-None-Match", "\"1\", \"2\"") == 200);
    CHECK(with("PATCH", "If-None-Match", "*") == 412);
    CHECK(with("PATCH", "If-None-Match", tag) == 412);
    CHECK(with("PATCH", "If-Match", "\"1\"") == 412);
    CHECK(with("PATCH", "If-Match", "\"1\", " + tag) == 200);
    CHECK(with("DELETE", "If-None-Match", "*") == 412);
    CHECK(with("DELETE", "If-Match", "*") == 204);
}

TEST_CASE_FIXTURE(World, "ready_at waits until the object is ready and its service caught up") {
    const std::string id =
        text_of(make("core/instances", R"({"name":"i","slice_id":)" + slice("a") + "}"));
    const std::string path = "/xosapi/v1/core/instances/" + id;
    const std::string revision = text_of(get(path).json.number("revision"));
    Answer waited;
    std::thread client([&] { waited = get(path + "?ready_at=" + revision); });
    const auto report = [&](const std::string& more) {
        return post("/xosapi/v1/status", "{" + more + "}", local_token()).status;
    };
    CHECK(report(R"("items":[{"id":)" + id + R"(,"goal_revision":)" + revision +
                 R"(,"state":"done"}],"caught_up":1)") == 200);
    CHECK(report(R"("caught_up":)" + revision) == 200);
    client.join();
    CHECK(waited.status == 200);
    CHECK(waited["ready"] == Json(true));
    CHECK(get(kSlices + "/999?ready_at=1").status == 404);
    CHECK(get(path + "?ready_at=999")["fields"].text("ready_at").starts_with("is in the future"));
    CHECK(get(path + "?ready_at=x")["fields"].text("ready_at") == "wants a revision");
}

TEST_CASE("what does not get ready in time is answered 503") {
    ApiWorld world([](Parts& parts) { parts.options.ready_timeout = Duration(0); });
    const std::string slice = text_of(
        world.make("core/slices", R"({"name":"mysite_a","site_id":)" + text_of(world.site) + "}"));
    const std::string id =
        text_of(world.make("core/instances", R"({"name":"i","slice_id":)" + slice + "}"));
    const Answer late = world.get("/xosapi/v1/core/instances/" + id + "?ready_at=1");
    CHECK(late.status == 503);
    CHECK(late.headers.find("Retry-After"));
    CHECK(world.get("/xosapi/v1/core/slices/" + slice + "?ready_at=1").status == 200);
}

TEST_CASE_FIXTURE(World, "kinds of objects: being deleted, not yet real, with policies due") {
    const std::string id =
        text_of(make("core/instances", R"({"name":"i","slice_id":)" + slice("a") + "}"));
    const std::string path = "/xosapi/v1/core/instances";
    const auto count = [&](const std::string& kind) {
        return get(path + "?kind=" + kind)["items"].as_array()->size();
    };
    CHECK(count("dirty") == 1);
    CHECK(count("deleted") == 0);
    CHECK(count("dirty_policies") == 0);
    remove(path + "/" + id);
    CHECK(count("live") == 0);
    CHECK(count("deleted") == 1);
    CHECK(get(path + "?kind=odd").status == 422);
}

}  // namespace
}  // namespace xos::api
