// The running xosd with requests that are nearly right, as its root user: it answers each, with no
// failure of its own, and what it took in can be read after a restart.
#include "request_maker.h"
#include "tests/crash/world.h"

#include <doctest/doctest.h>

#include <atomic>
#include <csignal>
#include <functional>
#include <thread>

namespace xos::fuzz {
namespace {

constexpr int kClients = 3;
constexpr Duration kPatience{20'000};
constexpr std::size_t kRequestsOfOneModel = 6'000;

/// An xosd on data of its own, and what went wrong with it.
class Server {
public:
    Server() { start(); }

    void start() {
        xosd_ = place_.start();
        const auto url = xosd_->await_url();
        REQUIRE_MESSAGE(url, url.error().message());
        url_ = *url;
        if (!token_.empty())
            return;
        auto api = client::Api::create(url_, {});
        REQUIRE(api);
        const auto token = (*api)->login(crash::kEmail, crash::kPassword, "fuzz");
        REQUIRE_MESSAGE(token, token.error().message());
        token_ = *token;
    }

    std::unique_ptr<client::Api> api() const {
        auto api = client::Api::create(url_, {.token = token_});
        REQUIRE(api);
        return std::move(api).value();
    }

    std::unique_ptr<http::Client> client() const {
        http::Headers headers;
        headers.set("Authorization", "Bearer " + token_);
        auto client = http::Client::create(url_, {.headers = headers, .timeout = kPatience});
        REQUIRE(client);
        return std::move(client).value();
    }

    crash::XosdProcess& xosd() { return *xosd_; }

private:
    crash::Place place_;
    std::unique_ptr<crash::XosdProcess> xosd_;
    std::string url_;
    std::string token_;
};

/// What came of the requests of one client.
struct Outcome {
    std::size_t good = 0, refused = 0, strange = 0;
    std::vector<std::string> failures;
};

/// Sends `count` requests on one connection. Ends early when the root user has lost its rights.
Outcome run(http::Client& client, RequestMaker& maker, std::size_t count) {
    Outcome outcome;
    for (std::size_t i = 0; i < count && outcome.strange < 20; ++i) {
        const http::Client::Call call = maker.next();
        const auto answer = client.send(call);
        if (!answer) {
            outcome.failures.push_back(answer.error().message() + "\n" + describe(call));
            if (outcome.failures.size() > 3)
                return outcome;
        } else if (answer->status >= 500 && answer->status != 503) {
            outcome.failures.push_back(std::string(answer->text()) + "\n" + describe(call));
        } else if (answer->status >= 400) {
            ++outcome.refused;
            outcome.strange += answer->status == 401 ? 1 : 0;
        } else {
            ++outcome.good;
            if (const auto object = Json::parse(answer->text()))
                maker.learn(*object);
        }
    }
    return outcome;
}

/// Calls `use` with all objects of all types but tokens.
void for_each_object(client::Api& api, const Json& types,
                     const std::function<void(const Json&)>& use) {
    for (const Json& type : *types.find("items")->as_array()) {
        if (type.text("name") == "Token" || *type.find("abstract") == Json(true))
            continue;
        for (const char* kind : {"", "deleted"}) {
            http::Query query{{"limit", "10000"}};
            if (*kind)
                query.emplace_back("kind", kind);
            const auto items = api.list_all(type.text("path"), query);
            // The root user may have given its rights away.
            for (const Json& item : items ? *items : std::vector<Json>())
                use(item);
        }
    }
}

std::string contents(client::Api& api, const Json& types) {
    std::string text;
    for_each_object(api, types, [&](const Json& object) { text += object.format() + "\n"; });
    return text;
}

/// One model from its first start to a restart; the requests that were answered well.
std::size_t live(std::uint64_t seed, std::size_t requests) {
    Server server;
    const auto types = server.api()->call("GET", "modeldefs");
    REQUIRE_MESSAGE(types, types.error().message());
    const std::vector<std::string> recipes = {source("recipes/local-cloud.yaml"),
                                              source("recipes/two-tier.yaml")};
    for (const std::string& recipe : recipes)
        REQUIRE(server.api()->run_recipe("apply", recipe));
    std::vector<Json> objects;
    for_each_object(*server.api(), *types, [&](const Json& object) { objects.push_back(object); });
    std::vector<Outcome> outcomes(kClients);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < kClients; ++i)
        threads.emplace_back([&, i] {
            const auto client = server.client();
            RequestMaker maker(seed + i, *types, recipes);
            for (const Json& object : objects)
                maker.learn(object);
            outcomes[i] = run(*client, maker, requests / kClients);
        });
    for (std::thread& thread : threads)
        thread.join();
    std::size_t good = 0;
    for (const Outcome& outcome : outcomes) {
        for (const std::string& failure : outcome.failures)
            FAIL_CHECK(failure.substr(0, 4000));
        good += outcome.good;
    }
    const std::string before = contents(*server.api(), *types);
    server.xosd().signal(SIGTERM);
    CHECK_MESSAGE(server.xosd().await_end(kPatience) == 0, server.xosd().output());
    server.start();
    CHECK(contents(*server.api(), *types) == before);
    return good;
}

TEST_CASE("requests that are nearly right are answered, and harm nothing") {
    const std::size_t all = steps(1'500);
    std::size_t good = 0;
    for (std::size_t done = 0; done < all; done += kRequestsOfOneModel)
        good += live(seed() + done, std::min(all - done, kRequestsOfOneModel));
    MESSAGE(good << " of " << all << " requests were good");
    CHECK(good > all / 50);
}

}  // namespace
}  // namespace xos::fuzz
