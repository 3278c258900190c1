#include "api/testing/api_world.h"

#include <doctest/doctest.h>

namespace xos::api {
namespace {

const std::string kSlices = "/xosapi/v1/core/slices";

struct World : ApiWorld {
    World() {
        for (const char* name : {"a", "b", "c"})
            make("core/slices", R"({"name":"mysite_)" + std::string(name) + R"(","site_id":)" +
                                    text_of(site) + R"(,"metadata":{"color":")" +
                                    (name[0] == 'a' ? "red" : "blue") + "\"}}");
    }
    Json list(const std::string& query) {
        const Answer answer = get(kSlices + "?" + query);
        REQUIRE_MESSAGE(answer.status == 200, answer.text);
        return answer.json;
    }
    static std::string names(const Json& list) {
        std::string out;
        for (const Json& item : *list.find("items")->as_array())
            out += std::string(item.text("name").substr(7)) + " ";
        return out;
    }
};

TEST_CASE_FIXTURE(World, "explain=1 names the index, also for an expression") {
    CHECK(list("name=mysite_b&explain=1").text("explain") ==
          "index: name=mysite_b, at most 1 rows, in order of id");
    CHECK(list("enabled=true&explain=1").text("explain") ==
          "all objects of the type, at most 3 rows, in order of id");
    const Json found = list("q=enabled %26 name = 'mysite_b'&explain=1");
    CHECK(names(found) == "b ");
    CHECK(found.text("explain") == "index: q, name, at most 1 rows, in order of id");
    CHECK(names(list("q=name = 'mysite_a' | name = 'mysite_c'")) == "a c ");
    CHECK(names(list("q='mysite_a' = name %26 not enabled")) == "");
    CHECK(names(list("q=site.login_base = 'mysite'&order=-name")) == "c b a ");
    CHECK(list("q=site.login_base = 'none'&explain=1").text("explain") ==
          "index: q, site.login_base, at most 0 rows, in order of id");
    CHECK(names(list("q=site.id = " + text_of(site))) == "a b c ");
}

TEST_CASE_FIXTURE(World, "metadata is asked for by its members") {
    CHECK(names(list("metadata__color=blue")) == "b c ");
    CHECK(names(list("not__metadata__color=blue")) == "a ");
    CHECK(list("metadata__color=red&count=1&limit=0").number("total") == 1);
}

TEST_CASE_FIXTURE(World, "no policies are ever left to be run") {
    CHECK(names(list("kind=dirty_policies")) == "");
    CHECK(list("kind=dirty_policies&count=1").number("total") == 0);
}

TEST_CASE_FIXTURE(World, "what a link leads to, and who links here, come when asked for") {
    const Json found = list("name=mysite_a&fields=name&expand=site");
    const Json& item = (*found.find("items")->as_array())[0];
    CHECK(item.find("site")->text("login_base") == "mysite");
    CHECK(item.as_object()->size() == 3);
    const Answer whole = get("/xosapi/v1/core/sites/" + text_of(site) + "?reverse=slices");
    CHECK(whole["slices_ids"].as_array()->size() == 3);
    CHECK(whole["login_base"] == Json("mysite"));
}

}  // namespace
}  // namespace xos::api
