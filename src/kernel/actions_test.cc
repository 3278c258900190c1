#include "kernel/actions.h"

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
    ObjectId site = kernel.make("Site", {{"name", std::string("s")}});
    ObjectId slice = kernel.make("Slice", {{"name", std::string("a")}, {"site", site}});
    ObjectId instance = kernel.make("Instance", {{"name", std::string("i")}, {"slice", slice}});
    ObjectId ann = kernel.make("User", {{"email", std::string("ann@x")}});
    ObjectId root = kernel.make("User", {{"email", std::string("root@x")}, {"is_admin", true}});

    const Row* find(ObjectId id) { return kernel.view().find(id); }
    Operation action(const std::string& name, ObjectId id, std::string_view type = "Instance") {
        return {.kind = Operation::Kind::Action,
                .type = kernel.type(type).id,
                .id = id,
                .action = name};
    }
    Principal as(ObjectId user) {
        return {.kind = Principal::Kind::User, .id = user, .name = "somebody"};
    }
    void report(State state) {
        REQUIRE(kernel.report(
            service,
            {.id = instance, .goal_revision = find(instance)->goal_revision(), .state = state}));
    }
};

TEST_CASE_FIXTURE(World, "retry makes the goal a newer one, so that the back-end looks again") {
    report(State::Failed);
    const Revision goal = find(instance)->goal_revision();
    CHECK(find(instance)->integer(base::kBackendCode) == 2);
    REQUIRE(kernel.commit({action("retry", instance)}, as(root)));
    CHECK(find(instance)->goal_revision() > goal);
    CHECK(find(instance)->integer(base::kBackendCode) == 0);
    report(State::Done);
    CHECK(find(instance)->ready());
}

TEST_CASE_FIXTURE(World, "retry works while an object is being deleted") {
    REQUIRE(kernel.commit({kernel.remove("Instance", instance)}));
    const Revision goal = find(instance)->goal_revision();
    REQUIRE(kernel.commit({action("retry", instance)}, as(root)));
    CHECK(find(instance)->goal_revision() > goal);
}

TEST_CASE_FIXTURE(World, "what nobody makes real cannot be tried again or abandoned") {
    for (const char* name : {"retry", "abandon"}) {
        const auto refused = kernel.commit({action(name, slice, "Slice")}, as(root));
        REQUIRE(!refused);
        CHECK(refused.error().code() == ErrorCode::Conflict);
    }
}

TEST_CASE_FIXTURE(World, "abandon lets a deletion end that its back-end does not confirm") {
    const auto wanted = kernel.commit({action("abandon", instance)}, as(root));
    REQUIRE(!wanted);
    CHECK(wanted.error().message() ==
          "instance \"i\" is wanted, and \"service\" makes it real: delete it first");
    REQUIRE(kernel.commit({kernel.remove("Instance", instance)}));
    CHECK(find(instance) != nullptr);
    REQUIRE(kernel.commit({action("abandon", instance)}, as(root)));
    CHECK(find(instance) == nullptr);
}

TEST_CASE_FIXTURE(World, "a delete and an abandon may stand in one transaction") {
    REQUIRE(kernel.commit({kernel.remove("Instance", instance), action("retry", instance)}));
    REQUIRE(kernel.commit({action("abandon", instance), action("abandon", instance)}, as(root)));
    CHECK(find(instance) == nullptr);
}

TEST_CASE_FIXTURE(World, "an action of the type is noted and moves the goal") {
    report(State::Done);
    const auto done = kernel.commit({action("reboot", instance)}, as(root));
    REQUIRE(done);
    const auto field = kernel.field("Instance", "reboot_requested");
    CHECK(find(instance)->integer(field) == static_cast<std::int64_t>(done->revision.value));
    CHECK(find(instance)->goal_revision() == done->revision);
    CHECK(!find(instance)->ready());
}

TEST_CASE_FIXTURE(World, "an action of the type wants a live object that is not protected") {
    REQUIRE(kernel.commit({kernel.update("Instance", instance, {{"write_protect", true}})}));
    CHECK(kernel.commit({action("reboot", instance)}, as(root)).error().code() ==
          ErrorCode::Conflict);
    CHECK(kernel.commit({action("retry", instance)}, as(root)));
    REQUIRE(kernel.commit({kernel.update("Instance", instance, {{"write_protect", false}})}));
    REQUIRE(kernel.commit({kernel.remove("Instance", instance)}));
    CHECK(kernel.commit({action("reboot", instance)}, as(root)).error().code() ==
          ErrorCode::Conflict);
    CHECK(kernel.commit({action("dance", instance)}, as(root)).error().code() ==
          ErrorCode::Invalid);
}

TEST_CASE_FIXTURE(World, "who may not update an object may not act on it") {
    CHECK(kernel.commit({action("retry", instance)}, as(ann)).error().code() ==
          ErrorCode::NotFound);
}

TEST_CASE_FIXTURE(World, "operations that happen each by itself get a verdict each") {
    Transaction transaction{.principal = {}, .operations = {}};
    transaction.mode = Transaction::Mode::Each;
    transaction.operations = {
        kernel.create("Slice", {{"name", std::string("a")}, {"site", site}}),
        kernel.create("Slice", {{"name", std::string("b")}, {"site", site}}),
        kernel.create("Instance", {{"name", std::string("x")}, {"slice", made_by(0)}}),
        kernel.create("Instance", {{"name", std::string("y")}, {"slice", made_by(1)}}),
        kernel.update("Slice", slice, {{"size", std::int64_t{9}}}),
        kernel.remove("Site", site)};
    for (std::size_t i = 0; i < transaction.operations.size(); ++i)
        transaction.operations[i].place = "/operations/" + std::to_string(i) + "/fields/";
    const auto done = kernel->commit(std::move(transaction));
    REQUIRE(done);
    const auto& [ids, refusals] = done->outcome;
    REQUIRE(refusals.size() == 6);
    CHECK(refusals[0]->code() == ErrorCode::Conflict);
    CHECK(refusals[0]->details()[0].field == "/operations/0/fields/name");
    CHECK(!refusals[1]);
    CHECK(refusals[2]->message() == "operation 0, to which it refers, was refused");
    CHECK(!refusals[3]);
    CHECK(refusals[4]->details()[0].field == "/operations/4/fields/size");
    CHECK(refusals[5]->code() == ErrorCode::Conflict);
    CHECK(ids[0] == ObjectId{});
    CHECK(find(ids[1])->revision() == done->revision);
    CHECK(find(ids[3])->revision() == done->revision);
    CHECK(find(ids[3])->link(kernel.field("Instance", "slice")) == ids[1]);
}

TEST_CASE_FIXTURE(World, "when each operation is refused nothing is committed") {
    Transaction transaction{.principal = {}, .operations = {kernel.remove("Site", site)}};
    transaction.mode = Transaction::Mode::Each;
    const Revision before = kernel->snapshot()->revision();
    const auto done = kernel->commit(std::move(transaction));
    REQUIRE(done);
    CHECK(done->revision == before);
    CHECK(done->outcome.refusals[0]);
}

TEST_CASE_FIXTURE(World, "a review may refuse what a transaction has done") {
    Transaction transaction{
        .principal = {},
        .operations = {kernel.update("Slice", slice, {{"note", std::string("n")}})}};
    std::size_t seen = 0;
    transaction.review = [&](model::View view, const std::vector<model::Edit>& edits) {
        seen = edits.size();
        CHECK(view.find(slice)->string(kernel.field("Slice", "note")) == "n");
        return Result<void>(Error{ErrorCode::Stale, "not what was planned"});
    };
    const auto refused = kernel->commit(transaction);
    REQUIRE(!refused);
    CHECK(refused.error().code() == ErrorCode::Stale);
    CHECK(seen == 1);
    CHECK(find(slice)->is_null(kernel.field("Slice", "note")));
}

TEST_CASE_FIXTURE(World, "what refuses an object is told under the place of its operation") {
    std::vector<Operation> operations{
        kernel.update("Slice", slice, {{"note", std::string("bad")}}),
        kernel.create("Slice", {{"name", std::string("a")}, {"site", site}})};
    operations[0].place = "/operations/0/fields/";
    operations[1].place = "/operations/1/fields/";
    const auto refused = kernel.commit(operations);
    REQUIRE(!refused);
    const auto& details = refused.error().details();
    REQUIRE(details.size() == 2);
    CHECK(details[0] == ErrorDetail{"/operations/0", "slice a has a bad note"});
    CHECK(details[1].field == "/operations/1/fields/name");
    CHECK(refused.error().message() == "slice a has a bad note (and 1 more)");
}

TEST_CASE_FIXTURE(World, "what protects by two links is named once") {
    const ObjectId other = kernel.make("Site", {{"name", std::string("t")}});
    kernel.make("Slice", {{"name", std::string("b")}, {"site", other}});
    const auto refused = kernel.commit({kernel.remove("Site", other)});
    REQUIRE(!refused);
    CHECK(refused.error().message() ==
          "site \"t\" is in use by slice \"b\": delete these first, or ask for cascade");
}

/// Asks at most so many Instances of a Slice.
class Most : public Rule {
public:
    explicit Most(const schema::Schema& schema)
        : types_{schema.find_type("Instance")->id},
          slice_(*schema.find_type("Instance")->find_field_index("slice")),
          size_(*schema.find_type("Slice")->find_field_index("size")) {}

    std::string_view name() const override { return "most"; }
    std::span<const TypeId> watches() const override { return types_; }
    bool is_admission() const override { return true; }
    Result<void> apply(Change& change, const model::Edit& edit) const override {
        if (edit.before)
            return {};
        const Row& slice = *change.view().follow(*edit.after, slice_);
        const auto live = change.view().live_linking(types_[0], slice_, slice.id());
        if (slice.is_null(size_) || static_cast<std::int64_t>(live.size()) <= slice.integer(size_))
            return {};
        return Error{ErrorCode::Invalid, "too many"};
    }

private:
    const std::vector<TypeId> types_;
    const model::FieldIndex slice_, size_;
};

TEST_CASE("what an admission rule would refuse today is a violation, not a refusal") {
    RunningKernel plain;
    Rules rules;
    rules.push_back(std::make_unique<const Most>(plain->schema()));
    RunningKernel kernel(small_model(), std::move(rules));
    const ObjectId site = kernel.make("Site", {{"name", std::string("s")}});
    const ObjectId slice = kernel.make("Slice", {{"name", std::string("a")}, {"site", site}});
    for (const char* name : {"i", "j"})
        kernel.make("Instance", {{"name", std::string(name)}, {"slice", slice}});
    CHECK(kernel->violations(kernel->snapshot()).empty());
    const Operation tighten = kernel.update("Slice", slice, {{"size", std::int64_t{1}}});
    const auto plan = kernel->plan({.principal = {}, .operations = {tighten}});
    REQUIRE(plan);
    CHECK(plan->violations->size() == 2);
    REQUIRE(kernel.commit({tighten}));
    const auto found = kernel->violations(kernel->snapshot());
    REQUIRE(found.size() == 2);
    CHECK(found[0].rule == "most");
    CHECK(found[0].message == "too many");
    const auto other =
        kernel->plan({.principal = {},
                      .operations = {kernel.update("Slice", slice, {{"note", std::string("x")}})}});
    REQUIRE(other);
    CHECK(other->violations->empty());
}

}  // namespace
}  // namespace xos::kernel
