#include "world.h"

#include "base/text.h"
#include "client/watch.h"

#include <doctest/doctest.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <set>

namespace xos::crash {

namespace {

constexpr int kWriters = 4;
constexpr int kHistories = 6;
constexpr uid_t kNobody = 65534;

/// What an object is from its first to its last day.
std::string identity_of(const Json& object) {
    return std::string(object.text("leaf_model_name")) + " of " +
           std::string(object.text("created"));
}

}  // namespace

Place::Place() {
    char path[] = "/tmp/xos-crash-XXXXXX";
    REQUIRE(::mkdtemp(path) != nullptr);
    path_ = path;
    REQUIRE(::chmod(path, 0777) == 0);
}

Place::~Place() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::unique_ptr<XosdProcess> Place::start() {
    return start({.data = data(), .log = log(), .user = plain_user()});
}

std::unique_ptr<XosdProcess> Place::start(XosdProcess::Options options) {
    auto process = XosdProcess::start(std::move(options));
    REQUIRE_MESSAGE(process, process.error().message());
    return std::move(process).value();
}

bool is_production_like() {
    return ::geteuid() == 0 && ::getpwnam("xos") && ::getpwnam("xos-service");
}

std::optional<uid_t> plain_user() {
    if (is_production_like() || ::geteuid() != 0)
        return std::nullopt;
    return kNobody;
}

World::World(std::uint64_t seed) : random_(seed) {
    for (int i = 0; i < kWriters; ++i)
        writers_.push_back(std::make_unique<Writer>(i, random_()));
}

void World::start() {
    xosd_ = place_.start();
    auto url = xosd_->await_url();
    REQUIRE_MESSAGE(url, url.error().message());
    url_ = *url;
    auto api = client::Api::create(url_, {.token = token_});
    REQUIRE(api);
    api_ = std::move(api).value();
    if (!token_.empty())
        return;
    auto token = api_->login(kEmail, kPassword, "crash test");
    REQUIRE_MESSAGE(token, token.error().message());
    token_ = *token;
}

void World::start_writers() {
    stop_ = false;
    for (auto& writer : writers_)
        threads_.emplace_back([this, &writer] { writer->run(url_, token_, stop_); });
}

void World::stop_writers() {
    stop_ = true;
    for (std::thread& thread : threads_)
        thread.join();
    threads_.clear();
}

std::size_t World::acknowledged() const {
    std::size_t sum = 0;
    for (const auto& writer : writers_)
        sum += writer->ledger().acknowledged();
    return sum;
}

std::size_t World::uncertain() const {
    std::size_t sum = 0;
    for (const auto& writer : writers_)
        sum += writer->ledger().uncertain();
    return sum;
}

Found World::find_all() {
    Found found;
    auto page = api_->list("core/sites", {{"limit", "1"}});
    REQUIRE_MESSAGE(page, page.error().message());
    found.revision = page->revision;
    for (const char* plural : {"core/sites", "core/slices", "core/networks", "core/networkslices",
                               "core/sliceprivileges"}) {
        const auto items = api_->list_all(plural, {{"limit", "5000"}});
        REQUIRE_MESSAGE(items, items.error().message());
        found.add(plural, *items);
    }
    return found;
}

/// An id is one object for ever, and objects that came later have higher ids.
void World::check_ids(const Found& found) {
    const std::uint64_t highest = identities_.empty() ? 0 : identities_.rbegin()->first;
    for (const auto& [id, object] : found.objects) {
        const auto known = identities_.find(id);
        if (known == identities_.end() && id < highest)
            FAIL_CHECK("the id " << id << " came after " << highest);
        else if (known != identities_.end() && known->second != identity_of(object))
            FAIL_CHECK("the id " << id << " was " << known->second << " and is "
                                 << identity_of(object));
    }
    for (const auto& [id, object] : found.objects)
        identities_.emplace(id, identity_of(object));
}

/// What the rules of the core make of each slice is there with it, and goes with it.
void World::check_rules(const Found& found) {
    std::map<std::uint64_t, std::string> wanted, there;
    for (const auto& [id, object] : found.objects) {
        const std::string_view type = object.text("leaf_model_name");
        if (type == "Slice")
            wanted[id] = "privilege network network ";
        else if (type == "SlicePrivilege")
            there[static_cast<std::uint64_t>(object.number("slice_id"))] += "privilege ";
    }
    std::set<std::uint64_t> networks;
    for (const auto& [id, object] : found.objects) {
        if (object.text("leaf_model_name") != "NetworkSlice")
            continue;
        there[static_cast<std::uint64_t>(object.number("slice_id"))] += "network ";
        networks.insert(static_cast<std::uint64_t>(object.number("network_id")));
    }
    CHECK(there == wanted);
    for (const auto& [id, object] : found.objects) {
        if (object.text("leaf_model_name") == "Network")
            CHECK(networks.erase(id) == 1);
    }
    CHECK(networks.empty());
}

/// Every object that a writer could have made is in the ledger of one.
void World::check_owned(const Found& found) {
    std::set<std::uint64_t> owned;
    for (const auto& writer : writers_) {
        for (const Unit& unit : writer->ledger().live()) {
            for (const ObjectId id : unit.ids)
                CHECK(owned.insert(id.value).second);
        }
    }
    for (const auto& [id, object] : found.objects) {
        const std::string_view type = object.text("leaf_model_name");
        if ((type == "Site" || type == "Slice") && object.text("name") != "xos" &&
            !owned.contains(id))
            FAIL_CHECK("nobody made " << object.format());
    }
}

/// The versions that were acknowledged are the history, no more and no fewer.
void World::check_history(const Unit& unit) {
    for (std::size_t i = 0; i < unit.ids.size(); ++i) {
        const auto answer = api_->call(
            "GET", plural_of(i) + "/" + std::to_string(unit.ids[i].value) + "/history?limit=1000");
        REQUIRE_MESSAGE(answer, answer.error().message());
        std::string there, wanted;
        for (const Json& item : *answer->find("items")->as_array())
            there = std::to_string(item.number("revision")) + " " +
                    std::string(item.find("object")->text(mark_field(i))) + "\n" + there;
        for (const Unit::Version& version : unit.versions)
            wanted += std::to_string(version.revision.value) + " " + version.mark + "\n";
        CHECK(there == wanted);
    }
}

void World::check() {
    const Found found = find_all();
    for (const std::string& problem : found.problems)
        FAIL_CHECK(problem);
    CHECK(found.revision >= revision_);
    revision_ = found.revision;
    check_ids(found);
    check_rules(found);
    for (const auto& writer : writers_) {
        for (const std::string& wrong : writer->ledger().settle(found))
            FAIL_CHECK(wrong);
        for (const std::string& problem : writer->problems())
            FAIL_CHECK(problem);
    }
    check_owned(found);
    for (int i = 0; i < kHistories; ++i) {
        const auto& live = writers_[random_() % writers_.size()]->ledger().live();
        if (!live.empty())
            check_history(live[random_() % live.size()]);
    }
}

std::uint64_t seed() {
    static const std::uint64_t chosen = [] {
        const char* given = std::getenv("XOS_TEST_SEED");
        const std::uint64_t seed =
            given ? std::strtoull(given, nullptr, 10)
                  : static_cast<std::uint64_t>(
                        std::chrono::steady_clock::now().time_since_epoch().count());
        MESSAGE("XOS_TEST_SEED=" << seed);
        return seed;
    }();
    return chosen;
}

bool is_full_run() {
    return std::getenv("XOS_TEST_FULL") != nullptr;
}

}  // namespace xos::crash
