#include "synchronizer/status_queue.h"

#include "base/testing/fake_clock.h"
#include "synchronizer/mirror.h"
#include "synchronizer/testing/fake_api.h"

#include <doctest/doctest.h>

namespace xos::synchronizer {
namespace {

using namespace std::chrono_literals;
using client::StatusItem;

struct Fixture {
    FakeApi api;
    Mirror mirror{api.schema()};
    FakeClock clock;
    StatusQueue queue{clock};
    ObjectId id;

    Fixture() {
        api.own({"Instance"});
        id = api.create("Instance", Json(Json::Object{{"name", "web"}}));
        receive();
    }
    void receive() {
        for (const auto& event : api.events_since(mirror.position()))
            REQUIRE(mirror.apply(event));
    }
    StatusItem item(StatusItem::State state, std::string text = "") const {
        return {
            .id = id,
            .goal_revision = Revision{static_cast<std::uint64_t>(api.number(id, "goal_revision"))},
            .state = state,
            .text = std::move(text)};
    }
    std::vector<StatusItem> take() { return queue.take(*mirror.snapshot(), 100); }
};

TEST_CASE_FIXTURE(Fixture, "a newer outcome replaces one that was not sent") {
    queue.add(item(StatusItem::State::Failed, "first"));
    queue.add(item(StatusItem::State::Failed, "second"));
    const auto taken = take();
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].text == "second");
    CHECK(queue.is_empty());
}

TEST_CASE_FIXTURE(Fixture, "what the model shows is not sent again") {
    queue.add(item(StatusItem::State::Failed, "no disk"));
    auto taken = take();
    REQUIRE(taken.size() == 1);
    queue.confirm(taken, api.post({.caught_up = {}, .items = taken}).revision);
    receive();
    queue.add(item(StatusItem::State::Failed, "no disk"));
    CHECK(take().empty());
    queue.add(item(StatusItem::State::Failed, "no memory"));
    CHECK(take().size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "what the mirror does not show yet is not taken for the truth") {
    queue.add(item(StatusItem::State::Failed, "no disk"));
    auto taken = take();
    queue.confirm(taken, api.post({.caught_up = {}, .items = taken}).revision);
    // Back to what the mirror still shows: it has to be told all the same.
    queue.add(item(StatusItem::State::Working));
    CHECK(take().size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "what is likely to change can wait") {
    queue.add(item(StatusItem::State::Waiting, "waits"), 300ms);
    CHECK(take().empty());
    CHECK(queue.next_due() == clock.now() + 300ms);
    clock.advance(300ms);
    CHECK(take().size() == 1);
    CHECK(queue.next_due() == std::nullopt);
}

TEST_CASE_FIXTURE(Fixture, "what was not sent is due again, unless something newer came") {
    queue.add(item(StatusItem::State::Failed, "old"));
    auto taken = take();
    queue.give_back(taken);
    taken = take();
    REQUIRE(taken.size() == 1);
    queue.add(item(StatusItem::State::Failed, "new"));
    queue.give_back(taken);
    taken = take();
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].text == "new");
}

TEST_CASE_FIXTURE(Fixture, "feedback that differs is worth telling, other fields are not") {
    auto done = item(StatusItem::State::Failed, "x");
    done.feedback.set("ip", "10.0.0.1");
    queue.add(done);
    auto taken = take();
    queue.confirm(taken, api.post({.caught_up = {}, .items = taken}).revision);
    receive();
    queue.add(done);
    CHECK(take().empty());
    done.feedback.set("ip", "10.0.0.2");
    queue.add(done);
    CHECK(take().size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "there is nothing to tell of an object that is gone") {
    queue.add(item(StatusItem::State::Failed, "late"));
    api.purge(id);
    receive();
    CHECK(take().empty());
}

}  // namespace
}  // namespace xos::synchronizer
