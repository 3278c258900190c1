#include "kernel/testing/running_kernel.h"

#include <doctest/doctest.h>

namespace xos::kernel {
namespace {

namespace base = schema::base_field;
using model::Row;
using State = StatusItem::State;

/// Instances are made real by "service".
struct World {
    RunningKernel kernel{small_model(), {}, {{"service", "Instance"}}};
    ObjectId service = kernel.make("Service", {{"name", std::string("service")}});
    ObjectId other = kernel.make("Service", {{"name", std::string("other")}});
    ObjectId site = kernel.make("Site", {{"name", std::string("s")}});
    ObjectId slice = kernel.make("Slice", {{"name", std::string("a")}, {"site", site}});
    ObjectId instance = kernel.make("Instance", {{"name", std::string("i")}, {"slice", slice}});

    const Row* find(ObjectId id) { return kernel.view().find(id); }
    StatusItem item(State state) {
        return {.id = instance, .goal_revision = find(instance)->goal_revision(), .state = state};
    }
};

TEST_CASE_FIXTURE(World, "the service that observes an object owns it from its first commit on") {
    CHECK(find(instance)->link(base::kBackendOwner) == service);
    CHECK(find(slice)->is_null(base::kBackendOwner));
    CHECK(!find(instance)->ready());
    CHECK(find(slice)->ready());
}

TEST_CASE("what was there before its service came gets an owner when owners are reviewed") {
    RunningKernel kernel{small_model(), {}, {{"service", "Instance"}}};
    const ObjectId site = kernel.make("Site", {{"name", std::string("s")}});
    const ObjectId slice = kernel.make("Slice", {{"name", std::string("a")}, {"site", site}});
    const ObjectId early = kernel.make("Instance", {{"name", std::string("i")}, {"slice", slice}});
    const ObjectId service = kernel.make("Service", {{"name", std::string("service")}});
    CHECK(kernel.view().find(early)->is_null(base::kBackendOwner));
    REQUIRE(kernel->commit({.reviews_owners = true}));
    CHECK(kernel.view().find(early)->link(base::kBackendOwner) == service);
    CHECK(!kernel.view().find(early)->ready());
    CHECK(kernel.view().find(slice)->is_null(base::kBackendOwner));

    const auto again = kernel->commit({.reviews_owners = true});
    REQUIRE(again);
    CHECK(again->revision == kernel->snapshot()->revision());
}

TEST_CASE_FIXTURE(World, "done makes an object ready for the goal that was read") {
    REQUIRE(kernel.report(service, item(State::Done)));
    CHECK(find(instance)->ready());
    CHECK(find(instance)->integer(base::kBackendCode) == 1);
}

TEST_CASE_FIXTURE(World, "a goal that moved during the step is not real") {
    const StatusItem read = item(State::Done);
    REQUIRE(kernel.commit({kernel.update("Instance", instance, {{"name", std::string("j")}})}));
    REQUIRE(kernel.report(service, read));
    CHECK(!find(instance)->ready());
    REQUIRE(kernel.report(service, item(State::Done)));
    CHECK(find(instance)->ready());
}

TEST_CASE_FIXTURE(World, "a change moves the goal, and the object is in progress again") {
    REQUIRE(kernel.report(service, item(State::Done)));
    REQUIRE(kernel.commit({kernel.update("Instance", instance, {{"name", std::string("j")}})}));
    CHECK(!find(instance)->ready());
    CHECK(find(instance)->integer(base::kBackendCode) == 0);
}

TEST_CASE_FIXTURE(World, "failure and waiting are shown, and feedback is written with them") {
    StatusItem failed = item(State::Failed);
    failed.text = "no such bridge";
    failed.feedback = {{kernel.field("Instance", "ip"), std::string("10.0.0.1")}};
    REQUIRE(kernel.report(service, failed));
    CHECK(find(instance)->integer(base::kBackendCode) == 2);
    CHECK(find(instance)->string(base::kBackendStatus) == "no such bridge");
    CHECK(find(instance)->string(kernel.field("Instance", "ip")) == "10.0.0.1");
    StatusItem waiting = item(State::Waiting);
    waiting.waiting_for = slice;
    REQUIRE(kernel.report(service, waiting));
    CHECK(find(instance)->integer(base::kBackendWaitingFor) ==
          static_cast<std::int64_t>(slice.value));
    CHECK(find(instance)->integer(base::kBackendCode) == 0);
}

TEST_CASE_FIXTURE(World, "what is the same already is no commit, and status moves no goal") {
    REQUIRE(kernel.report(service, item(State::Done)));
    const auto goal = find(instance)->goal_revision();
    const auto head = kernel->snapshot()->revision();
    REQUIRE(kernel.report(service, item(State::Done)));
    CHECK(kernel->snapshot()->revision() == head);
    CHECK(find(instance)->goal_revision() == goal);
}

TEST_CASE_FIXTURE(World, "only the owner reports, only about feedback, only of goals that were") {
    CHECK(kernel.report(other, item(State::Done)).error().code() == ErrorCode::PermissionDenied);
    StatusItem wrong = item(State::Done);
    wrong.feedback = {{kernel.field("Instance", "name"), std::string("x")}};
    CHECK(kernel.report(service, wrong).error().code() == ErrorCode::Invalid);
    StatusItem ahead = item(State::Done);
    ahead.goal_revision = Revision{1000};
    CHECK(kernel.report(service, ahead).error().code() == ErrorCode::Stale);
    CHECK(!find(instance)->ready());
}

TEST_CASE_FIXTURE(World, "a deleted object stays until its owner says that it is clean") {
    REQUIRE(kernel.commit({kernel.remove("Slice", slice)}));
    REQUIRE(find(instance));
    CHECK(find(instance)->deleted());
    REQUIRE(find(slice));  // The instance still links to it.
    const auto changed =
        kernel.commit({kernel.update("Instance", instance, {{"name", std::string("x")}})});
    CHECK(changed.error().code() == ErrorCode::Conflict);
    REQUIRE(kernel.report(service, item(State::Clean)));
    CHECK(!find(instance));
    CHECK(!find(slice));
    CHECK(find(site));
}

TEST_CASE_FIXTURE(World, "what is wanted cannot be clean, nor what was deleted after the step") {
    CHECK(kernel.report(service, item(State::Clean)).error().code() == ErrorCode::Conflict);
    const StatusItem before = item(State::Clean);
    REQUIRE(kernel.commit({kernel.remove("Instance", instance)}));
    CHECK(kernel.report(service, before).error().code() == ErrorCode::Stale);
    CHECK(find(instance));
}

TEST_CASE_FIXTURE(World, "a service cannot be deleted while it makes things real") {
    CHECK(kernel.commit({kernel.remove("Service", service)}).error().code() == ErrorCode::Conflict);
}

TEST_CASE_FIXTURE(World, "history keeps what users wanted for ever, and status for a time") {
    REQUIRE(kernel.report(service, item(State::Done)));
    const auto versions = kernel.journal().versions(instance, {});
    REQUIRE(versions);
    REQUIRE(versions->size() == 2);
    CHECK((*versions)[0].kind == journal::VersionKind::Feedback);
    CHECK((*versions)[0].user == "service");
    CHECK((*versions)[1].kind == journal::VersionKind::Declarative);
}

TEST_CASE("an object that two services select is refused, naming both") {
    RunningKernel kernel{small_model(), {}, {{"one", "Instance"}, {"two", "Instance"}}};
    kernel.make("Service", {{"name", std::string("one")}});
    const ObjectId site = kernel.make("Site", {{"name", std::string("s")}});
    const ObjectId slice = kernel.make("Slice", {{"name", std::string("a")}, {"site", site}});
    const auto refused =
        kernel.commit({kernel.create("Instance", {{"name", std::string("i")}, {"slice", slice}})});
    CHECK(refused.error().message() ==
          "instance \"i\" is selected by two services, \"one\" and \"two\"");
}

}  // namespace
}  // namespace xos::kernel
