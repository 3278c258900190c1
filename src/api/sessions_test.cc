#include "api/authentication.h"
#include "api/testing/api_world.h"
#include "base/crypto.h"

#include <doctest/doctest.h>

namespace xos::api {
namespace {

struct World : ApiWorld {
    const std::string login_path = "/xosapi/v1/utility/login";
    const std::string me_path = "/xosapi/v1/utility/me";

    Answer log_in(const std::string& more = "", const http::Headers& headers = {}) {
        return send_bare(
            {"POST", login_path, R"({"email":"ann@x","password":"secret")" + more + "}", headers});
    }
    Answer as_basic(const std::string& method, const std::string& path,
                    const std::string& credentials) {
        return send_bare(
            {method, path, "{}", {{"Authorization", "Basic " + to_base64(credentials)}}});
    }
};

TEST_CASE_FIXTURE(World, "whoever does not say who it is gets 401 and the ways to say it") {
    const Answer refused = send_bare({"GET", me_path, "", {}});
    CHECK(refused.status == 401);
    CHECK(refused["error"] == Json("unauthenticated"));
    CHECK(refused.headers.text("WWW-Authenticate").starts_with("Bearer"));
    CHECK(send_bare({"GET", me_path, "", {{"Authorization", "Bearer xos_wrong"}}}).status == 401);
    CHECK(send_bare({"GET", me_path, "", {{"Authorization", "Digest x"}}}).status == 401);
    CHECK(as_basic("GET", me_path, "nonsense").status == 401);
}

TEST_CASE_FIXTURE(World, "a session signs a browser in by its cookie, for writes with a header") {
    const Answer session = log_in();
    REQUIRE_MESSAGE(session.status == 200, session.text);
    const std::string secret = *session["xossessionid"].as_string();
    const std::string csrf = *session["xoscsrftoken"].as_string();
    CHECK(session["user"].text("email") == "ann@x");
    std::string cookies;
    session.headers.for_each([&](std::string_view name, std::string_view value) {
        if (name == "Set-Cookie")
            cookies += std::string(value) + "\n";
    });
    CHECK(cookies.find("xossessionid=" + secret + "; Path=/; SameSite=Lax; HttpOnly\n") !=
          std::string::npos);
    CHECK(cookies.find("xoscsrftoken=" + csrf + "; Path=/; SameSite=Lax\n") != std::string::npos);

    const std::string cookie = "a=b; xossessionid=" + secret;
    CHECK(send_bare({"GET", me_path, "", {{"Cookie", cookie}}}).status == 200);
    const std::string self = "/xosapi/v1/core/users/" + text_of(ann);
    const Answer bare = send_bare({"PATCH", self, R"({"phone":"1"})", {{"Cookie", cookie}}});
    CHECK(bare.status == 403);
    const http::Headers full{{"Cookie", cookie}, {"X-CSRFToken", csrf}};
    CHECK(send_bare({"PATCH", self, R"({"phone":"1"})", full}).status == 200);

    CHECK(send_bare({"POST", "/xosapi/v1/utility/logout", "", full}).status == 204);
    CHECK(send_bare({"GET", me_path, "", {{"Cookie", cookie}}}).status == 401);
}

TEST_CASE_FIXTURE(World, "a session ends") {
    const Answer session = log_in();
    const std::string cookie = "xossessionid=" + *session["xossessionid"].as_string();
    wall_clock().advance(std::chrono::hours(25));
    CHECK(send_bare({"GET", me_path, "", {{"Cookie", cookie}}}).status == 401);
}

TEST_CASE_FIXTURE(World, "a login with a name makes a token for a program") {
    const Answer made = log_in(R"(,"name":"laptop")");
    REQUIRE(made.status == 200);
    CHECK(made.headers.find("Set-Cookie") == std::nullopt);
    CHECK(get(me_path, *made["token"].as_string())["user"].number("id") == ann);
}

TEST_CASE_FIXTURE(World, "another site's page cannot log its visitor in") {
    CHECK(log_in("", {{"Host", "xos:9101"}, {"Origin", "https://evil.example"}}).status == 403);
    CHECK(log_in("", {{"Host", "xos:9101"}, {"Origin", "http://xos:9101"}}).status == 200);
}

TEST_CASE_FIXTURE(World, "a wrong password is refused, and many are slowed down") {
    for (int i = 0; i < 5; ++i)
        CHECK(as_basic("GET", me_path, "ann@x:wrong").status == 401);
    const Answer slowed = as_basic("GET", me_path, "ann@x:wrong");
    CHECK(slowed.status == 429);
    CHECK(slowed.headers.find("Retry-After") != std::nullopt);
    CHECK(log_in().status == 429);
    clock().advance(Duration(2000));
    CHECK(log_in().status == 200);
    CHECK(as_basic("GET", me_path, "ann@x:wrong").status == 401);
}

TEST_CASE_FIXTURE(World, "a password that was right is remembered until the user changes") {
    CHECK(as_basic("GET", me_path, "ann@x:secret").status == 200);
    CHECK(as_basic("GET", me_path, "ann@x:secret").status == 200);
    patch("/xosapi/v1/core/users/" + text_of(ann), R"({"is_active":false})");
    CHECK(as_basic("GET", me_path, "ann@x:secret").status == 401);
}

TEST_CASE_FIXTURE(World, "users change their password with the old one, which ends sessions") {
    const Answer session = log_in();
    const std::string cookie = "xossessionid=" + *session["xossessionid"].as_string();
    const std::string path = "/xosapi/v1/utility/password";
    const Answer wrong = post(path, R"({"old":"wrong","new":"long enough"})", ann_token());
    CHECK(wrong.status == 403);
    CHECK(wrong["fields"].text("old") == "is not your password");
    CHECK(post(path, R"({"old":"secret","new":"short"})", ann_token()).status == 422);
    CHECK(post(path, R"({"old":"secret","new":"long enough"})", ann_token()).status == 204);
    CHECK(as_basic("GET", me_path, "ann@x:secret").status == 401);
    CHECK(as_basic("GET", me_path, "ann@x:long enough").status == 200);
    CHECK(send_bare({"GET", me_path, "", {{"Cookie", cookie}}}).status == 401);
    CHECK(get(me_path, ann_token()).status == 200);
}

TEST_CASE_FIXTURE(World, "tokens are made, listed and revoked by their user") {
    const std::string path = "/xosapi/v1/utility/tokens";
    const Answer made = post(
        path, R"({"name":"ci","expires":"2024-01-02T00:00:00Z","read_only":true})", ann_token());
    REQUIRE_MESSAGE(made.status == 201, made.text);
    const std::string token = *made["token"].as_string();
    CHECK(get(me_path, token)["read_only"] == Json(true));
    const std::string self = "/xosapi/v1/core/users/" + text_of(ann);
    CHECK(patch(self, R"({"phone":"1"})", token).status == 403);
    CHECK(post(path, R"({"name":"more"})", token).status == 403);

    const Answer list = get(path, ann_token());
    CHECK(list["items"].as_array()->size() == 2);
    CHECK(list.text.find("digest") == std::string::npos);
    CHECK(get(path)["items"].as_array()->size() == 1);
    CHECK(remove(path + "/" + text_of(made.id())).status == 404);
    CHECK(remove(path + "/" + text_of(made.id()), ann_token()).status == 204);
    CHECK(get(me_path, token).status == 401);
    CHECK(
        post(path, R"({"nmae":"x","expires":"soon"})", ann_token())["fields"].as_object()->size() ==
        3);
}

TEST_CASE_FIXTURE(World, "a token that ends makes none that outlives it") {
    const std::string path = "/xosapi/v1/utility/tokens";
    const Answer first =
        post(path, R"({"name":"a","expires":"2024-01-02T00:00:00Z"})", ann_token());
    const std::string token = *first["token"].as_string();
    const Answer capped = post(path, R"({"name":"b"})", token);
    CHECK(capped.status == 201);
    CHECK(capped["expires"] == Json("2024-01-02T00:00:00.000000Z"));
    CHECK(post(path, R"({"name":"b","expires":"2023-01-03T00:00:00Z"})", token)["fields"].text(
              "expires") == "is in the past");
    CHECK(post(path, R"({"name":"b","expires":"2024-01-03T00:00:00Z"})", token).status == 422);
    CHECK(post(path, R"({"name":"b","expires":"2024-01-01T12:00:00Z"})", token).status == 201);
}

TEST_CASE_FIXTURE(World, "an active user is found by the exact address, with public fields only") {
    const std::string path = "/xosapi/v1/utility/user";
    const Answer found = get(path + "?email=root@x", ann_token());
    REQUIRE_MESSAGE(found.status == 200, found.text);
    CHECK(found.id() == root);
    CHECK(found["email"] == Json("root@x"));
    CHECK(found["site_id"] == Json(site));
    CHECK(found.json.find("is_admin") == nullptr);
    CHECK(found.json.find("phone") == nullptr);
    CHECK(get(path + "?email=root", ann_token()).status == 404);
    CHECK(get(path, ann_token()).status == 422);
    patch("/xosapi/v1/core/users/" + text_of(ann), R"({"is_active":false})");
    CHECK(get(path + "?email=ann@x").status == 404);
}

TEST_CASE("one principal has only so many requests open at a time") {
    ApiWorld world([](Parts& parts) { parts.options.most_open = 1; });
    const Events events = world.open("/xosapi/v1/watch?types=Site", world.ann_token());
    CHECK(world.get("/xosapi/v1/utility/me", world.ann_token()).status == 429);
    CHECK(world.get("/xosapi/v1/utility/me").status == 200);
}

TEST_CASE_FIXTURE(World, "a new password that a write gives is kept as a hash") {
    const std::string self = "/xosapi/v1/core/users/" + text_of(ann);
    CHECK(patch(self, R"({"password":"brand new"})").status == 200);
    CHECK(as_basic("GET", me_path, "ann@x:brand new").status == 200);
}

}  // namespace
}  // namespace xos::api
