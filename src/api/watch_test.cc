#include "api/testing/api_world.h"
#include "http/testing/wait_until.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace xos::api {
namespace {

struct World : ApiWorld {
    std::string path(std::int64_t id) { return "/xosapi/v1/core/slices/" + text_of(id); }
    std::int64_t slice(const std::string& name) {
        return make("core/slices",
                    R"({"name":"mysite_)" + name + R"(","site_id":)" + text_of(site) + "}");
    }
    static Json data(const http::Event& event) {
        auto json = Json::parse(event.data);
        REQUIRE_MESSAGE(json.has_value(), event.data);
        return *json;
    }
    std::string revision() { return std::to_string(kernel().snapshot()->revision().value); }
};

TEST_CASE_FIXTURE(World, "a stream starts with a bookmark and tells what changes") {
    Events events = open("/xosapi/v1/watch?types=Slice");
    const http::Event first = events.next();
    CHECK(first.event == "bookmark");
    CHECK(first.id.ends_with("-" + revision()));

    const std::int64_t id = slice("a");
    const http::Event made = events.next();
    CHECK(made.event == "put");
    CHECK(made.id.ends_with("-" + revision()));
    CHECK(data(made).text("type") == "core.Slice");
    CHECK(data(made).find("object")->text("name") == "mysite_a");
    CHECK(data(made).find("changed") == nullptr);

    patch("/xosapi/v1/core/users/" + text_of(ann), R"({"phone":"1"})");  // Of another type.
    patch(path(id), R"({"description":"x"})");
    const Json changed = data(events.next());
    const auto& fields = *changed.find("changed")->as_array();
    CHECK(std::find(fields.begin(), fields.end(), Json("description")) != fields.end());
    CHECK(std::find(fields.begin(), fields.end(), Json("name")) == fields.end());

    remove(path(id));
    const http::Event gone = events.next();
    CHECK(gone.event == "remove");
    CHECK(data(gone).number("id") == id);
    CHECK(data(gone).text("type") == "core.Slice");
    CHECK(events.is_empty());
}

TEST_CASE_FIXTURE(World, "since=0 gives the present state, then a bookmark") {
    slice("a");
    slice("b");
    Events events = open("/xosapi/v1/watch?types=Slice&since=0");
    CHECK(data(events.next()).find("object")->text("name") == "mysite_a");
    const http::Event second = events.next();
    CHECK(data(second).find("object")->text("name") == "mysite_b");
    CHECK(second.id.empty());
    CHECK(events.next().event == "bookmark");
}

TEST_CASE_FIXTURE(World, "a stream goes on where it ended") {
    Events events = open("/xosapi/v1/watch?types=Slice");
    const std::string last = events.next().id;
    events.exchange().leave();
    slice("a");
    slice("b");
    Events again = open("/xosapi/v1/watch?types=Slice", "", last);
    CHECK(data(again.next()).find("object")->text("name") == "mysite_a");
    CHECK(data(again.next()).find("object")->text("name") == "mysite_b");
    CHECK(again.next().event == "bookmark");
    Events by_parameter = open("/xosapi/v1/watch?types=Slice&since=" + last);
    CHECK(by_parameter.next().event == "put");
}

TEST_CASE_FIXTURE(World, "another history, or a revision of the future, starts anew") {
    slice("a");
    for (const std::string since : {"ffff-3", "00112233445566778899aabbccddeeff-999"}) {
        Events events = open("/xosapi/v1/watch?types=Slice&since=" + since);
        CHECK(events.next().event == "reset");
        CHECK(events.next().event == "put");
        CHECK(events.next().event == "bookmark");
    }
    CHECK(get("/xosapi/v1/watch?since=yesterday").status == 422);
    CHECK(get("/xosapi/v1/watch?types=Slcie&q=x").status == 422);
    CHECK(get("/xosapi/v1/watch?tyeps=Slice").status == 422);
}

TEST_CASE("what is older than the memory of changes starts anew") {
    ApiWorld world([](Parts& parts) { parts.options.watch_memory = 20'000; });
    Events events = world.open("/xosapi/v1/watch?types=Slice");
    const std::string last = events.next().id;
    for (int i = 0; i < 10; ++i)
        world.make("core/slices", R"({"name":"mysite_)" + std::to_string(i) + R"(","site_id":)" +
                                      text_of(world.site) + "}");
    Events again = world.open("/xosapi/v1/watch?types=Slice", "", last);
    CHECK(again.next().event == "reset");
}

TEST_CASE_FIXTURE(World, "what enters a filter is put and what leaves it removed") {
    const std::int64_t id = slice("a");
    Events own = open("/xosapi/v1/watch?types=Slice&q=description = 'x'");
    Events far = open("/xosapi/v1/watch?types=Slice&q=site.location = 'here'");
    own.next();
    far.next();
    patch(path(id), R"({"description":"x"})");
    CHECK(own.next().event == "put");
    patch(path(id), R"({"description":"y"})");
    CHECK(own.next().event == "remove");
    const std::string site_path = "/xosapi/v1/core/sites/" + text_of(site);
    patch(site_path, R"({"location":"here"})");
    const http::Event entered = far.next();
    CHECK(entered.event == "put");
    CHECK(data(entered).find("object")->number("id") == id);
    patch(site_path, R"({"location":"there"})");
    CHECK(far.next().event == "remove");
    CHECK(far.is_empty());
    CHECK(own.is_empty());
}

TEST_CASE_FIXTURE(World, "a user sees only what is the user's to see") {
    Events events = open("/xosapi/v1/watch?since=0", ann_token());
    const Json self = data(events.next());
    CHECK(self.text("type") == "core.User");
    CHECK(self.find("object")->number("id") == ann);
    CHECK(data(events.next()).text("type") == "core.Token");
    CHECK(events.next().event == "bookmark");
    slice("a");
    patch("/xosapi/v1/core/users/" + text_of(ann), R"({"phone":"1"})");
    CHECK(data(events.next()).find("object")->text("phone") == "1");
    CHECK(events.is_empty());
}

TEST_CASE_FIXTURE(World, "a stream ends with the token by which it was opened") {
    const Answer made = post("/xosapi/v1/utility/tokens",
                             R"({"name":"t","expires":"2024-01-01T00:00:00.05Z"})", ann_token());
    REQUIRE_MESSAGE(made.status == 201, made.text);
    Events events = open("/xosapi/v1/watch?types=Site", *made["token"].as_string());
    CHECK(events.next().event == "bookmark");
    CHECK(!events.has_ended());
    wall_clock().advance(std::chrono::seconds(1));
    CHECK(http::wait_until([&] { return events.has_ended(); }));
}

TEST_CASE_FIXTURE(World, "a stream ends when its user is no longer active") {
    Events events = open("/xosapi/v1/watch?types=Site", ann_token());
    events.next();
    patch("/xosapi/v1/core/users/" + text_of(ann), R"({"is_active":false})");
    CHECK(http::wait_until([&] { return events.has_ended(); }));
}

TEST_CASE_FIXTURE(World, "a stream ends when its user may no longer have it") {
    Events roots = open("/xosapi/v1/watch?types=Site");
    Events anns = open("/xosapi/v1/watch?types=Site", ann_token());
    roots.next();
    anns.next();
    const std::string user = "/xosapi/v1/core/users/" + text_of(ann);
    patch(user, R"({"is_admin":true})");
    CHECK(anns.next().event.empty());
    CHECK(anns.has_ended());
    CHECK(!roots.has_ended());
    Events again = open("/xosapi/v1/watch?types=User", ann_token());
    CHECK(again.next().event == "bookmark");
    const Answer tokens = get("/xosapi/v1/core/tokens?user_id=" + text_of(ann));
    remove("/xosapi/v1/core/tokens/" + text_of((*tokens["items"].as_array())[0].number("id")));
    CHECK(again.next().event.empty());
    CHECK(again.has_ended());
}

TEST_CASE_FIXTURE(World, "many objects come in pieces, each once") {
    for (int batch = 0; batch < 6; ++batch) {
        std::vector<kernel::Operation> operations;
        const schema::Type& type = *kernel().schema().find_type("Slice");
        for (int i = 0; i < 1000; ++i)
            operations.push_back({.kind = kernel::Operation::Kind::Create,
                                  .type = type.id,
                                  .fields = {{*type.find_field_index("name"),
                                              "mysite_" + std::to_string(batch * 1000 + i)},
                                             {*type.find_field_index("site"),
                                              ObjectId{static_cast<std::uint64_t>(site)}}}});
        REQUIRE(kernel().commit({.principal = {}, .operations = std::move(operations)}));
    }
    Events events = open("/xosapi/v1/watch?types=Slice&since=0");
    std::int64_t last = 0;
    for (int i = 0; i < 6000; ++i) {
        const std::int64_t id = data(events.next()).find("object")->number("id");
        REQUIRE(id > last);
        last = id;
    }
    CHECK(events.next().event == "bookmark");
}

}  // namespace
}  // namespace xos::api
