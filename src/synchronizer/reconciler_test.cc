#include "synchronizer/reconciler.h"

#include "synchronizer/testing/fake_driver.h"
#include "synchronizer/testing/fake_session.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace xos::synchronizer {
namespace {

using namespace std::chrono_literals;

Json fields(std::initializer_list<Json::Member> members) {
    return Json(Json::Object(members));
}

std::vector<ObservationSource> instances_and_networks() {
    return {{.type = "Instance",
             .actuator = "fake",
             .reads = {"network.subnet", "ports.mac", "slice.name"}},
            {.type = "Network", .actuator = "fake"}};
}

struct Fixture {
    FakeApi api;
    FakeDriver driver;
    FakeClock clock;
    std::vector<ObservationSource> observes = instances_and_networks();
    std::unique_ptr<FakeSession> session;

    Fixture() { api.own({"Instance", "Network"}); }

    void start() {
        session = std::make_unique<FakeSession>(api, driver, clock, observes);
        session->settle();
    }
    ObjectId instance(std::string_view name, ObjectId network = {}) {
        Json all = fields({{"name", name}});
        if (network.value != 0)
            all.set("network_id", network.value);
        return api.create("Instance", std::move(all));
    }
    ObjectId network(std::string_view name) {
        return api.create("Network", fields({{"name", name}}));
    }
};

TEST_CASE_FIXTURE(Fixture, "an object is made real and the model says so") {
    const ObjectId id = instance("web");
    start();
    CHECK(driver.has(id));
    CHECK(api.is_ready(id));
    CHECK(api.number(id, "synced_revision") == api.number(id, "goal_revision"));
    CHECK(api.text(id, "backend_inputs").size() == 32);
    session->settle_within(100ms);
    CHECK(api.caught_up() == api.revision());
}

TEST_CASE_FIXTURE(Fixture, "a burst of changes is one step") {
    start();
    const ObjectId id = instance("web");
    for (int i = 0; i < 10; ++i)
        api.update(id, fields({{"name", std::to_string(i)}}));
    session->settle();
    CHECK(driver.steps_of(id) == 1);
    CHECK(api.is_ready(id));
}

TEST_CASE_FIXTURE(Fixture, "an object that changes during its step has another") {
    start();
    const ObjectId id = instance("web");
    session->receive();
    const auto step = session->reconciler().begin();
    REQUIRE(step);
    auto outcome = session->reconciler().act(*step);
    api.update(id, fields({{"name", "changed"}}));
    session->receive();
    session->reconciler().finish(*step, std::move(outcome));
    session->report();
    CHECK(!api.is_ready(id));  // What was read is real, and that is not what is wanted now.
    session->settle();
    CHECK(api.is_ready(id));
    CHECK(driver.steps_of(id) == 2);
}

TEST_CASE_FIXTURE(Fixture, "an object waits for what it links to, and says for what") {
    const ObjectId net = network("private");
    const ObjectId id = instance("web", net);
    driver.answer = [&](const auto&, ObjectId one, auto&) -> std::optional<Result<Outcome>> {
        if (one == net)
            return Result<Outcome>(Error{ErrorCode::Unavailable, "no bridge"});
        return std::nullopt;
    };
    start();
    CHECK(!driver.has(id));
    session->settle_within(1s);
    CHECK(api.number(id, "backend_waiting_for") == static_cast<std::int64_t>(net.value));
    CHECK(api.text(id, "backend_status") == "waits until it is ready: Network 2 \"private\"");
    CHECK(session->why(id).text("queue") == "waiting");
    CHECK(api.number(net, "backend_code") == 2);
    driver.answer = [](const auto&, ObjectId, auto&) { return std::nullopt; };
    session->settle_within(70s);
    CHECK(api.is_ready(net));
    CHECK(api.is_ready(id));
    CHECK(api.field(id, "backend_waiting_for").is_null());
    CHECK(session->waiting().size() == 0);
}

TEST_CASE_FIXTURE(Fixture, "what nobody makes real is not waited for") {
    const ObjectId slice = api.create("Slice", fields({{"name", "lab"}}));
    const ObjectId id =
        api.create("Instance", fields({{"name", "web"}, {"slice_id", slice.value}}));
    start();
    CHECK(api.is_ready(id));
}

TEST_CASE_FIXTURE(Fixture, "an object goes when those that link to it are gone") {
    const ObjectId net = network("private");
    const ObjectId id = instance("web", net);
    start();
    api.commit_together([&] {
        api.remove(net);
        api.remove(id);
    });
    session->settle();
    CHECK(!api.has(net));
    CHECK(!api.has(id));
    CHECK(driver.size() == 0);
    const auto steps = driver.steps();
    REQUIRE(steps.size() == 4);
    CHECK(steps[2] == id);
    CHECK(steps[3] == net);
}

TEST_CASE_FIXTURE(Fixture, "an object that goes before its first step is clean") {
    start();
    const ObjectId id = instance("web");
    api.remove(id);
    session->settle();
    CHECK(!api.has(id));
}

TEST_CASE_FIXTURE(Fixture, "what an object reads has it run again, but only when it changes") {
    const ObjectId net = network("private");
    const ObjectId id = instance("web", net), other = instance("db");
    start();
    REQUIRE(driver.steps_of(id) == 1);
    driver.answer = [&](const auto&, ObjectId, StatusWriter& status) {
        status.set("subnet", "10.0.0.0/24");
        return std::nullopt;
    };
    api.update(net, fields({{"name", "renamed"}}));
    session->receive();
    session->work();
    driver.answer = [](const auto&, ObjectId, auto&) { return std::nullopt; };
    session->settle();
    CHECK(api.text(net, "subnet") == "10.0.0.0/24");
    CHECK(driver.steps_of(id) == 2);
    CHECK(driver.steps_of(other) == 1);
    const ObjectId port = api.create("Port", fields({{"instance_id", id.value}, {"mac", "06"}}));
    session->settle();
    CHECK(driver.steps_of(id) == 3);
    api.remove(port);
    session->settle();
    CHECK(driver.steps_of(id) == 4);
    CHECK(driver.steps_of(other) == 1);
}

TEST_CASE_FIXTURE(Fixture, "errors that may pass are tried again with growing delays") {
    driver.answer = [](const auto&, ObjectId, auto&) {
        return Result<Outcome>(Error{ErrorCode::Unavailable, "nobody answers"});
    };
    start();
    const ObjectId id = instance("web");
    session->settle();
    CHECK(api.text(id, "backend_status") == "nobody answers");
    CHECK(api.number(id, "backend_code") == 2);
    const std::size_t statuses = api.statuses();
    session->settle_within(800ms);
    CHECK(driver.steps_of(id) == 4);    // At 0, 100, 300 and 700 ms.
    CHECK(api.statuses() == statuses);  // The same again is not worth telling.
    CHECK(session->why(id).number("failures") == 4);
    api.update(id, fields({{"name", "changed"}}));
    session->settle();
    CHECK(driver.steps_of(id) == 5);
}

TEST_CASE_FIXTURE(Fixture, "errors that stay wait for a change") {
    driver.answer = [](const auto&, ObjectId, auto&) {
        return Result<Outcome>(Error{ErrorCode::Invalid, "no such kind of disk"});
    };
    start();
    const ObjectId id = instance("web");
    session->settle_within(200s);
    CHECK(driver.steps_of(id) == 1);
    CHECK(api.text(id, "backend_status") == "no such kind of disk");
    api.update(id, fields({{"name", "changed"}}));
    session->settle();
    CHECK(driver.steps_of(id) == 2);
}

TEST_CASE_FIXTURE(Fixture, "an actuator that throws fails its own object only") {
    const ObjectId bad = instance("bad"), good = instance("good");
    driver.answer = [&](const auto&, ObjectId one, auto&) -> std::optional<Result<Outcome>> {
        if (one == bad)
            throw std::runtime_error("oops");
        return std::nullopt;
    };
    start();
    CHECK(api.is_ready(good));
    CHECK(api.text(bad, "backend_status") == "the actuator threw an exception: oops");
}

TEST_CASE_FIXTURE(Fixture, "work that goes on elsewhere is looked at again") {
    int looks = 0;
    driver.answer = [&](const auto&, ObjectId, auto&) -> std::optional<Result<Outcome>> {
        if (++looks < 3)
            return Result<Outcome>(Outcome(LookAgain{2s}));
        return std::nullopt;
    };
    start();
    const ObjectId id = instance("web");
    session->settle_within(1s);
    CHECK(looks == 1);
    CHECK(!api.is_ready(id));
    session->settle_within(4s);
    CHECK(api.is_ready(id));
    CHECK(looks == 3);
}

TEST_CASE_FIXTURE(Fixture, "an actuator waits for an object of its choice") {
    const ObjectId slice = api.create("Slice", fields({{"name", "lab"}}));
    bool is_there = false;
    driver.answer = [&](const auto&, ObjectId, auto&) -> std::optional<Result<Outcome>> {
        if (!is_there)
            return Result<Outcome>(Outcome(WaitFor{slice, "waits for the lab"}));
        return std::nullopt;
    };
    const ObjectId id = instance("web");
    start();
    session->settle_within(100s);
    CHECK(driver.steps_of(id) == 1);
    CHECK(api.text(id, "backend_status") == "waits for the lab");
    is_there = true;
    api.update(slice, fields({{"name", "open"}}));
    session->settle();
    CHECK(api.is_ready(id));
}

TEST_CASE_FIXTURE(Fixture, "objects that wait for one another go on, and it is said") {
    start();
    ObjectId first, second;
    api.commit_together([&] {
        first = instance("a");
        second = api.create("Instance", fields({{"name", "b"}, {"parent_id", first.value}}));
        api.update(first, fields({{"parent_id", second.value}}));
    });
    session->settle_within(1s);
    CHECK(api.is_ready(first));
    CHECK(api.is_ready(second));
    CHECK(std::any_of(
        session->log_lines().begin(), session->log_lines().end(),
        [](const std::string& line) { return line.find("in a circle") != std::string::npos; }));
}

TEST_CASE_FIXTURE(Fixture, "a condition of the manifest is waited for") {
    observes[0].ready_when = "slice.name = 'open'";
    const ObjectId slice = api.create("Slice", fields({{"name", "lab"}}));
    const ObjectId id =
        api.create("Instance", fields({{"name", "web"}, {"slice_id", slice.value}}));
    start();
    session->settle_within(1s);
    CHECK(driver.steps_of(id) == 0);
    CHECK(api.text(id, "backend_status") == "waits until slice.name = 'open'");
    api.update(slice, fields({{"name", "open"}}));
    session->settle();
    CHECK(api.is_ready(id));
}

TEST_CASE_FIXTURE(Fixture, "order that no link says comes from the manifest") {
    api.own({"Instance", "Attachment"});
    observes = {{.type = "Instance", .actuator = "fake"},
                {.type = "Attachment", .actuator = "fake"}};
    observes[0].after = {{.type = "Attachment", .by = "network = obj.network"}};
    const ObjectId net = network("private");
    const ObjectId id = instance("web", net);
    const ObjectId attachment = api.create("Attachment", fields({{"network_id", net.value}}));
    start();
    CHECK(driver.steps() == std::vector<ObjectId>{attachment, id});
    api.commit_together([&] {
        api.remove(attachment);
        api.remove(id);
    });
    session->settle();
    CHECK(driver.steps() == std::vector<ObjectId>{attachment, id, id, attachment});
}

TEST_CASE_FIXTURE(Fixture, "an object that the service selects no more is taken away") {
    observes[0].select = "name != 'theirs'";
    const ObjectId id = instance("ours");
    start();
    REQUIRE(driver.has(id));
    api.update(id, fields({{"name", "theirs"}}));
    session->settle();
    CHECK(!driver.has(id));
    CHECK(api.has(id));
    CHECK(api.field(id, "backend_owner_id").is_null());
}

TEST_CASE_FIXTURE(Fixture, "what a service does not own it leaves alone") {
    api.own({});
    const ObjectId id = instance("web");
    start();
    CHECK(driver.steps_of(id) == 0);
}

TEST_CASE_FIXTURE(Fixture, "a follower is called and says nothing") {
    observes = {{.type = "Slice", .actuator = "fake", .role = ObservationSource::Role::Follower}};
    const ObjectId id = api.create("Slice", fields({{"name", "lab"}}));
    start();
    CHECK(driver.steps_of(id) == 1);
    CHECK(api.statuses() == 0);
    api.update(id, fields({{"name", "other"}}));
    session->settle();
    CHECK(driver.steps_of(id) == 2);
}

TEST_CASE_FIXTURE(Fixture, "a driver that is not ready fails every step until it is") {
    driver.broken = Error{ErrorCode::Invalid, "no nftables"};
    const ObjectId id = instance("web");
    start();
    CHECK(driver.steps_of(id) == 0);
    CHECK(api.text(id, "backend_status") == "the driver is not ready: no nftables");
    driver.broken.reset();
    session->settle_within(10s);
    CHECK(api.is_ready(id));
}

TEST_CASE_FIXTURE(Fixture, "after a kill nothing is done twice and nothing forgotten") {
    const ObjectId done = instance("done");
    start();
    const ObjectId unsaid = instance("unsaid"), untouched = instance("untouched");
    session->receive();
    auto step = session->reconciler().begin();
    REQUIRE(step);
    REQUIRE(session->reconciler().act(*step));  // Done, and killed before it was said.
    const ObjectId acted = step->id;
    step.reset();
    session.reset();
    start();
    session->look_at_reality();
    session->settle();
    CHECK(driver.steps_of(done) == 1);
    CHECK(driver.steps_of(acted) == 2);
    CHECK(api.is_ready(unsaid));
    CHECK(api.is_ready(untouched));
}

TEST_CASE_FIXTURE(Fixture, "a new version of the service looks at everything again") {
    const ObjectId id = instance("web");
    start();
    observes[0].actuator = "fake";
    observes[0].reads = {"slice.name"};
    session.reset();
    start();
    CHECK(driver.steps_of(id) == 2);
}

TEST_CASE_FIXTURE(Fixture, "how far the service has caught up leaves out what had no step") {
    start();
    instance("web");
    const Revision before{api.revision().value - 1};
    instance("db");
    session->receive();
    CHECK(session->reconciler().caught_up() == before);
    session->work();
    CHECK(session->reconciler().caught_up() == api.revision());
}

TEST_CASE_FIXTURE(Fixture, "a service has caught up with nothing before it compared with reality") {
    start();
    session->reconciler().set_compared(false);
    CHECK(session->reconciler().caught_up() == Revision{});
    session->reconciler().set_compared(true);
    CHECK(session->reconciler().caught_up() == api.revision());
}

}  // namespace
}  // namespace xos::synchronizer
