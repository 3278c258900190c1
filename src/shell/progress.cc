#include "shell/progress.h"

#include "base/system_clock.h"
#include "base/text.h"
#include "client/watch.h"

#include <cstdio>
#include <map>
#include <thread>

namespace xos::shell {

namespace {

/// How long nothing may move before what has failed is taken for final.
constexpr Duration kStuck{8'000};
constexpr Duration kTick{500};
constexpr Duration kLook{50};

/// The services that run and have not yet compared what the model says with what is there.
Result<std::vector<std::string>> looking_services(Session& session) {
    const Json services = TRY(session.api->call("GET", "services"));
    std::vector<std::string> looking;
    const Json* items = services.find("items");
    for (const Json& service : items && items->as_array() ? *items->as_array() : Json::Array{}) {
        const Json* caught_up = service.find("caught_up");
        const bool is_running =
            service.text("state") == "running" || service.text("state") == "waiting";
        if (is_running && (!caught_up || caught_up->is_null()))
            looking.emplace_back(service.text("name"));
    }
    return looking;
}

/// Just after a start what the model calls ready may be gone: waits until every service has looked.
Result<void> await_services(Session& session, Duration patience) {
    SystemClock clock;
    const TimePoint end = clock.now() + patience;
    auto looking = TRY(looking_services(session));
    while (!looking.empty()) {
        if (clock.now() >= end)
            return Error{ErrorCode::Unavailable,
                         "service " + join(looking, ", ") +
                             " has not compared the model with what is there: see xos status"};
        std::this_thread::sleep_for(kLook);
        looking = TRY(looking_services(session));
    }
    return {};
}

/// Follows the objects of one write until all are real.
class Follower {
public:
    Follower(Session& session, const Expected& expected)
        : session_(session), expected_(expected), end_(clock_.now() + expected.patience) {}

    Result<void> run() {
        const auto watch =
            TRY(client::Watch::open(*session_.api, {.types = {}, .query = {}, .since = {}}));
        while (!is_present_ || !pending_.empty()) {
            if (auto event = TRY(watch->next(kTick)))
                take(*event);
            if (clock_.now() >= end_)
                return held_up("not all is real in time");
            if (is_stuck())
                return held_up("something failed");
        }
        return {};
    }

private:
    using Kind = client::WatchEvent::Kind;

    bool was_set_off(const Json& object) const {
        return object.number("goal_revision") >= static_cast<std::int64_t>(expected_.since.value);
    }

    bool counts(const Json& object) const {
        return expected_.ids.count(object.number("id")) > 0 || was_set_off(object);
    }

    void take(const client::WatchEvent& event) {
        if (event.kind == Kind::Bookmark)
            is_present_ = true;
        const auto id = static_cast<std::int64_t>(event.id.value);
        if (event.kind == Kind::Remove) {
            pending_.erase(id);
            moved_ = clock_.now();
        }
        if (event.kind != Kind::Put || !counts(event.object))
            return;
        const std::string status = status_of(event.object);
        const bool is_real = status == "ready";
        auto& seen = statuses_[id];
        if (seen != status) {
            moved_ = clock_.now();
            const bool is_owned = event.object.find("backend_owner_id") &&
                                  !event.object.find("backend_owner_id")->is_null();
            // What was as it is before this began is no news.
            const bool is_news = is_present_ || was_set_off(event.object) || !is_real;
            if (is_owned && is_news && (is_real || event.object.number("backend_code") == 2))
                tell(event, status);
        }
        seen = status;
        if (is_real)
            pending_.erase(id);
        else
            pending_[id] = event.object;
    }

    void tell(const client::WatchEvent& event, const std::string& status) {
        std::fprintf(stderr, "  %-18s %-28s %s\n",
                     event.type.substr(event.type.find('.') + 1).c_str(),
                     one_line(name_of(event), 60).c_str(), one_line(status, 100).c_str());
    }

    std::string name_of(const client::WatchEvent& event) {
        const schema::Type* type = session_.catalog->schema().find_type(event.type);
        return type ? key_of(*type, event.object) : std::to_string(event.id.value);
    }

    std::string key_of(const schema::Type& type, const Json& object) {
        // Without it, numbers stand for the names of others.
        (void)session_.catalog->load_parts_of_keys(type, {object});
        return session_.catalog->key_of(type, object);
    }

    bool is_stuck() const {
        if (pending_.empty() || clock_.now() - moved_ < kStuck)
            return false;
        for (const auto& [id, object] : pending_) {
            const bool failed = object.number("backend_code") == 2;
            if (failed)
                return true;
        }
        return false;
    }

    Error held_up(const std::string& what) {
        std::vector<ErrorDetail> details;
        for (const auto& [id, object] : pending_) {
            const std::string leaf(object.text("leaf_model_name"));
            const auto type = session_.catalog->find_type(leaf);
            const std::string key = type ? key_of(**type, object) : std::to_string(id);
            details.push_back({leaf + " " + key, status_of(object) + " (xos why " + to_lower(leaf) +
                                                     " " + key + ")"});
        }
        return Error{ErrorCode::Unavailable, what, std::move(details)};
    }

    Session& session_;
    const Expected& expected_;
    SystemClock clock_;
    const TimePoint end_;
    TimePoint moved_ = clock_.now();
    bool is_present_ = false;
    std::map<std::int64_t, Json> pending_;
    std::map<std::int64_t, std::string> statuses_;
};

}  // namespace

Result<void> wait_until_real(Session& session, const Expected& expected) {
    TRY(await_services(session, expected.patience));
    return Follower(session, expected).run();
}

Result<void> wait_until_gone(Session& session, const std::set<std::int64_t>& ids,
                             Duration patience) {
    SystemClock clock;
    const TimePoint end = clock.now() + patience;
    const auto watch =
        TRY(client::Watch::open(*session.api, {.types = {}, .query = {}, .since = {}}));
    std::set<std::int64_t> there;
    bool is_present = false;
    std::string last;
    while (!is_present || !there.empty()) {
        const auto event = TRY(watch->next(kTick));
        if (clock.now() >= end)
            return Error{ErrorCode::Unavailable, "not gone in time: " + last};
        if (!event)
            continue;
        const auto id = static_cast<std::int64_t>(event->id.value);
        using Kind = client::WatchEvent::Kind;
        if (event->kind == Kind::Bookmark)
            is_present = true;
        if (event->kind == Kind::Remove)
            there.erase(id);
        if (event->kind == Kind::Put && ids.count(id) > 0) {
            there.insert(id);
            last = status_of(event->object);
        }
    }
    return {};
}

}  // namespace xos::shell
