#include "api/testing/api_world.h"
#include "base/text.h"

#include <doctest/doctest.h>

namespace xos::api {
namespace {

constexpr const char* kSlices = "/xosapi/v1/core/slices";

struct World : ApiWorld {
    std::int64_t slice = make("core/slices", R"({"name":"mysite_a","site_id":)" + text_of(site) +
                                                 R"(,"max_instances":1})");
    std::string path = std::string(kSlices) + "/" + text_of(slice);
    std::int64_t made = head();

    std::int64_t head() { return get(kSlices).json.number("revision"); }
    /// The next change is made a second later.
    std::int64_t change(const std::string& fields) {
        wall_clock().advance(std::chrono::seconds(1));
        REQUIRE(patch(path, fields).status == 200);
        return head();
    }
    Answer at(const std::string& target, std::int64_t revision) {
        const char* separator = target.find('?') == std::string::npos ? "?" : "&";
        return get(target + separator + "at=" + text_of(revision));
    }
    std::string names(const Answer& list) {
        std::string names;
        for (const Json& item : *list["items"].as_array())
            names += std::string(item.text("name")) + " ";
        return names;
    }
};

TEST_CASE_FIXTURE(World, "an object is seen as it was at a revision or a time") {
    const auto time = wall_clock().now();
    const std::int64_t second = change(R"({"description":"two","max_instances":2})");
    change(R"({"description":"three"})");
    CHECK(at(path, made)["description"].is_null());
    CHECK(at(path, made).json.number("revision") == made);
    CHECK(at(path, second)["description"] == Json("two"));
    CHECK(at(path, second + 1)["description"] == Json("three"));
    CHECK(get(path + "?at=" + format_time(time))["description"].is_null());
    CHECK(get(path + "?at=" + format_time(time + std::chrono::milliseconds(1500)))["description"] ==
          Json("two"));
    CHECK(at(path, made - 1).status == 404);
    CHECK(at(path + "?fields=name", second).text ==
          R"({"id":)" + text_of(slice) + R"(,"name":"mysite_a"})");
}

TEST_CASE_FIXTURE(World, "an object that is gone is there at a revision when it was") {
    REQUIRE(remove(path).status == 204);
    CHECK(get(path).status == 404);
    CHECK(at(path, made)["name"] == Json("mysite_a"));
    CHECK(at(path, head()).status == 404);
    CHECK(names(at(kSlices, made)) == "mysite_a ");
    CHECK(names(get(kSlices)).empty());
}

TEST_CASE_FIXTURE(World, "a list of then has filters on own fields, order, limit and pages") {
    for (const char* name : {"mysite_c", "mysite_b"})
        make("core/slices",
             R"({"name":")" + std::string(name) + R"(","site_id":)" + text_of(site) + "}");
    const std::int64_t full = head();
    change(R"({"name":"mysite_z","max_instances":9})");
    CHECK(names(at(kSlices, made)) == "mysite_a ");
    CHECK(names(at(kSlices, full)) == "mysite_a mysite_c mysite_b ");
    CHECK(names(at(std::string(kSlices) + "?order=-name", full)) == "mysite_c mysite_b mysite_a ");
    CHECK(names(at(std::string(kSlices) + "?max_instances=1", full)) == "mysite_a ");
    CHECK(names(at(std::string(kSlices) + "?name__gt=mysite_a&site=" + text_of(site), full)) ==
          "mysite_c mysite_b ");
    const Answer page = at(std::string(kSlices) + "?limit=2&count=1", full);
    CHECK(names(page) == "mysite_a mysite_c ");
    CHECK(page.json.number("total") == 3);
    CHECK(page.json.number("revision") == full);
    const std::string cursor(page.json.text("next"));
    CHECK(names(at(std::string(kSlices) + "?limit=2&after=" + cursor, full)) == "mysite_b ");
    const Answer ordered = at(std::string(kSlices) + "?limit=2&order=name", full);
    CHECK(names(ordered) == "mysite_a mysite_b ");
    CHECK(names(at(std::string(kSlices) +
                       "?limit=2&order=name&after=" + std::string(ordered.json.text("next")),
                   full)) == "mysite_c ");
}

TEST_CASE_FIXTURE(World, "what at does not go with is said; what is too old is gone") {
    const std::string list = kSlices;
    for (const std::string& target :
         {list + "?site__login_base=mysite", list + "?order=site__login_base", list + "?q=enabled",
          list + "?expand=site", path + "?reverse=instances", path + "/why",
          std::string("/xosapi/v1/watch?types=Slice"), std::string("/healthz")}) {
        CAPTURE(target);
        CHECK(at(target, made).status == 400);
    }
    CHECK(at(path, head() + 1).status == 400);
    CHECK(get(path + "?at=yesterday").status == 400);
    CHECK(at(path, 0).status == 410);
    CHECK(get(path + "?at=1969-12-31T00:00:00Z").status == 410);
    CHECK(send({"PATCH", path + "?at=1", "{}", {}}).status == 400);
    CHECK(get("/xosapi/v1/core/tokens?at=" + text_of(made)).status == 410);
    CHECK(at(list + "?nmae=x", made).status == 422);
}

TEST_CASE_FIXTURE(World, "history as of a revision ends there") {
    const std::int64_t second = change(R"({"description":"two"})");
    change(R"({"description":"three"})");
    const Answer then = at(path + "/history", second);
    REQUIRE_MESSAGE(then.status == 200, then.text);
    CHECK(then["items"].as_array()->size() == 2);
    CHECK((*then["items"].as_array())[0].number("revision") == second);
}

TEST_CASE_FIXTURE(World, "the past is seen by who may see what became of it") {
    CHECK(get(path + "?at=" + text_of(made), ann_token()).status == 404);
    CHECK(get(std::string(kSlices) + "?at=" + text_of(made), ann_token())["items"]
              .as_array()
              ->empty());
    const std::string users = "/xosapi/v1/core/users";
    CHECK(get(users + "?at=" + text_of(made), ann_token())["items"].as_array()->size() == 1);
    CHECK(at(users, made)["items"].as_array()->size() == 2);
    const std::string herself = users + "/" + text_of(ann);
    CHECK(get(herself + "?at=" + text_of(made), ann_token()).status == 200);
    CHECK(get(herself + "?at=" + text_of(made), ann_token()).text.find("argon") ==
          std::string::npos);
    REQUIRE(remove(path).status == 204);
    CHECK(get(path + "?at=" + text_of(made), ann_token()).status == 404);
    CHECK(get(path + "/history", ann_token()).status == 404);
    CHECK(get(path + "/history").status == 200);
}

}  // namespace
}  // namespace xos::api
