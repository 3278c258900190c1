#include "api/testing/api_world.h"
#include "base/text.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

namespace xos::api {
namespace {

const Json& find_named(const Json& list, std::string_view name) {
    static const Json nothing;
    for (const Json& one : *list.as_array()) {
        if (one.text("name") == name)
            return one;
    }
    return nothing;
}

TEST_CASE("health needs no login, metrics are root's") {
    bool ready = false;
    ApiWorld world([&](Parts& parts) { parts.is_ready = [&] { return ready; }; });
    CHECK(world.send_bare({"GET", "/healthz", "", {}}).text == "ok\n");
    const Answer starting = world.send_bare({"GET", "/readyz", "", {}});
    CHECK(starting.status == 503);
    CHECK(starting.headers.find("Retry-After") != std::nullopt);
    ready = true;
    CHECK(world.send_bare({"GET", "/readyz", "", {}}).status == 200);
    CHECK(world.send_bare({"GET", "/metrics", "", {}}).status == 401);
    CHECK(world.get("/metrics", world.ann_token()).status == 403);
    const Answer metrics = world.get("/metrics");
    CHECK(metrics.text.find("xos_http_requests_total{route=\"/healthz\",status=\"2xx\"} 1") !=
          std::string::npos);
    CHECK(metrics.text.find("xos_revision ") != std::string::npos);
}

TEST_CASE_FIXTURE(ApiWorld, "a journal that fails is said in answers and by readyz; reads go on") {
    const auto readyz = [&] { return send_bare({"GET", "/readyz", "", {}}); };
    const std::string site = R"({"login_base":"s"})";
    journal().fail_appends(Error{ErrorCode::Unavailable, "the disk is full"});
    const Answer refused = post("/xosapi/v1/core/sites", site);
    CHECK(refused.status == 503);
    CHECK(refused.headers.find("Retry-After") != std::nullopt);
    CHECK(refused["detail"].as_string()->find("the disk is full") != std::string::npos);
    const Answer unready = readyz();
    CHECK(unready.status == 503);
    CHECK(unready["detail"].as_string()->find("the disk is full") != std::string::npos);
    CHECK(get("/xosapi/v1/core/sites").status == 200);
    journal().fail_appends(std::nullopt);
    CHECK(post("/xosapi/v1/core/sites", site).status == 201);
    CHECK(readyz().status == 200);
}

TEST_CASE_FIXTURE(ApiWorld, "modeldefs describe types well enough to build a form") {
    const Answer answer = get("/xosapi/v1/modeldefs");
    REQUIRE(answer.status == 200);
    const Json& slice = find_named(answer["items"], "Slice");
    CHECK(slice.text("path") == "core/slices");
    CHECK(slice.find("natural_key")->format() == R"(["name"])");
    const Json& fields = *slice.find("fields");
    const Json& name = find_named(fields, "name");
    CHECK(name.text("hint") == "Name; starts with the site's login_base");
    CHECK(*name.find("required") == Json(true));
    CHECK(*name.find("unique") == Json(true));
    CHECK(name.find("validators")->format() ==
          R"([{"name":"required","value":true},{"name":"maxlength","value":80},)"
          R"({"name":"notblank","value":true}])");
    CHECK(slice.find("keys")->format() == R"([["name"]])");
    CHECK(slice.find("actions")->format() == R"(["retry","abandon"])");
    CHECK(find_named(fields, "site_id").find("relation")->text("on_delete") == "protect");
    const Json& isolation = find_named(fields, "default_isolation");
    CHECK(isolation.text("default") == "vm");
    CHECK(isolation.find("options")->as_array()->size() == 2);
    const Json& site = find_named(fields, "site_id");
    CHECK(site.find("relation")->text("model") == "core.Site");
    CHECK(site.find("relation")->text("type") == "manytoone");
    CHECK(*find_named(fields, "revision").find("read_only") == Json(true));
    CHECK(find_named(*slice.find("relations"), "instances").text("model") == "core.Instance");
    const http::Headers known{{"If-None-Match", answer.headers.text("ETag")}};
    CHECK(send({"GET", "/xosapi/v1/modeldefs", "", known}).status == 304);
}

TEST_CASE_FIXTURE(ApiWorld, "the schema comes as source") {
    const Answer answer = get("/xosapi/v1/xproto");
    REQUIRE(answer["sources"].as_array()->size() == 1);
    CHECK((*answer["sources"].as_array())[0].text("app") == "core");
    CHECK((*answer["sources"].as_array())[0].text("text").find("message Slice") !=
          std::string::npos);
}

TEST_CASE_FIXTURE(ApiWorld, "a request keeps the id that its client gave it") {
    const http::Headers given{{"X-Request-Id", "trace-1"}};
    CHECK(send({"GET", "/healthz", "", given}).headers.text("X-Request-Id") == "trace-1");
    const http::Headers odd{{"X-Request-Id", "a b\"c"}};
    CHECK(send({"GET", "/healthz", "", odd}).headers.text("X-Request-Id").size() == 16);
}

TEST_CASE_FIXTURE(ApiWorld, "the server knows which bodies are long and which are streams") {
    http::Server::Options options;
    api().configure(options);
    http::Request head;
    head.method = "PUT";
    head.path = "/xosapi/v1/core/images/7/content";
    CHECK(options.plan_body(head).kind == http::BodyPlan::Kind::Streamed);
    head.path = "/xosapi/v1/core/images/7";
    CHECK(options.plan_body(head).limit == 16U << 20U);
    head.path = "/xosapi/v1/transactions";
    CHECK(options.plan_body(head).limit == 64U << 20U);
    const auto problem = options.protocol_problem(413, "too long");
    CHECK(problem.content_type == "application/problem+json");
    CHECK(problem.body.find("\"too_large\"") != std::string::npos);
}

/// The paths of the document with an id in each place.
std::string filled(std::string path) {
    for (std::size_t open = path.find('{'); open != std::string::npos; open = path.find('{'))
        path.replace(open, path.find('}', open) - open + 1, "1");
    return path;
}

TEST_CASE_FIXTURE(ApiWorld, "OpenAPI describes what is there, and nothing else") {
    const Answer answer = get("/xosapi/v1/openapi.json");
    REQUIRE(answer.status == 200);
    CHECK(answer["openapi"] == Json("3.1.0"));
    for (const auto& entry : *answer["paths"].as_object()) {
        const std::string& path = entry.first;
        const Answer options = send({"OPTIONS", "/xosapi/v1" + filled(path), "", {}});
        REQUIRE_MESSAGE(options.status == 204, path);
        const std::string allowed = to_lower(options.headers.text("Allow"));
        for (const auto& operation : *entry.second.as_object()) {
            const std::string& method = operation.first;
            if (method != "parameters")
                CHECK_MESSAGE(allowed.find(method) != std::string::npos, path, " ", method);
        }
    }
    const Json& slice = *answer["components"].find("schemas")->find("core.Slice");
    CHECK(slice.find("properties")->find("site_id") != nullptr);
    const http::Headers known{{"If-None-Match", answer.headers.text("ETag")}};
    CHECK(send({"GET", "/xosapi/v1/openapi.json", "", known}).status == 304);
}

TEST_CASE_FIXTURE(ApiWorld, "each path of the API is described") {
    const Answer answer = get("/xosapi/v1/openapi.json");
    const Json& paths = answer["paths"];
    std::istringstream lines(get("/metrics").text);
    const std::string start = "xos_http_requests_total{route=\"/xosapi/v1";
    int count = 0;
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with(start))
            continue;
        std::string route = line.substr(start.size(), line.find('"', start.size()) - start.size());
        for (const auto& [placeholder, value] : {std::pair("{app}/{plural}", "core/images"),
                                                 std::pair("actions/{name}", "actions/retry")}) {
            const std::size_t at = route.find(placeholder);
            if (at != std::string::npos)
                route.replace(at, std::string_view(placeholder).size(), value);
        }
        CHECK_MESSAGE(paths.find(route) != nullptr, route);
        ++count;
    }
    CHECK(count > 50);
}

TEST_CASE_FIXTURE(ApiWorld, "the graph shows services as far as they may be seen") {
    const Answer graph = get("/xosapi/v1/graph");
    REQUIRE(graph.status == 200);
    REQUIRE(graph["nodes"].as_array()->size() == 1);
    CHECK((*graph["nodes"].as_array())[0].text("name") == "local");
    CHECK(get("/xosapi/v1/graph", ann_token())["nodes"].as_array()->empty());
}

TEST_CASE_FIXTURE(ApiWorld, "without admission rules nothing violates them") {
    CHECK(get("/xosapi/v1/violations")["items"].as_array()->empty());
}

}  // namespace
}  // namespace xos::api
