#include "kernel/rule.h"

#include "kernel/testing/running_kernel.h"

#include <doctest/doctest.h>

namespace xos::kernel {
namespace {

/// Every Slice has the site's name as its note.
class NoteRule final : public Rule {
public:
    NoteRule(const schema::Schema& schema, std::string note)
        : type_{schema.find_type("Slice")->id},
          field_(*schema.find_type("Slice")->find_field_index("note")),
          note_(std::move(note)) {}
    std::string_view name() const override { return note_; }
    std::span<const TypeId> watches() const override { return {&type_, 1}; }
    Result<void> apply(Change& change, const model::Edit& edit) const override {
        const model::Row* row = change.view().find(edit.id());
        if (row && !row->deleted())
            change.update(edit.id(), {{field_, note_}});
        return {};
    }

private:
    TypeId type_;
    model::FieldIndex field_;
    std::string note_;
};

std::shared_ptr<const schema::Schema> small_schema() {
    return std::get<0>(
        schema::Schema::build({{"test.xproto", "core", std::string(small_model())}}));
}

Rules rules_with(const std::vector<std::string>& notes) {
    Rules rules;
    for (const std::string& note : notes)
        rules.push_back(std::make_unique<NoteRule>(*small_schema(), note));
    return rules;
}

TEST_CASE("what a rule adds is part of the same commit") {
    RunningKernel kernel{small_model(), rules_with({"noted"})};
    const ObjectId site = kernel.make("Site", {{"name", std::string("s")}});
    const ObjectId slice = kernel.make("Slice", {{"name", std::string("a")}, {"site", site}});
    const model::Row* row = kernel.view().find(slice);
    CHECK(row->string(kernel.field("Slice", "note")) == "noted");
    CHECK(row->revision() == Revision{2});
}

TEST_CASE("rules that never agree are refused with their names and the object") {
    RunningKernel kernel{small_model(), rules_with({"this", "that"})};
    const ObjectId site = kernel.make("Site", {{"name", std::string("s")}});
    const auto refused =
        kernel.commit({kernel.create("Slice", {{"name", std::string("a")}, {"site", site}})});
    REQUIRE(!refused);
    CHECK(refused.error().message() ==
          "the rules that, this do not come to an end with slice \"a\"");
    CHECK(kernel.view().count(kernel.type("Slice").id) == 0);
}

TEST_CASE("rules never see a link to an object of another type, not even to its own") {
    RunningKernel kernel{small_model(), rules_with({"this", "that"})};  // Would not come to an end.
    const ObjectId site = kernel.make("Site", {{"name", std::string("s")}});
    const ObjectId next{site.value + 1};
    const auto refused =
        kernel.commit({kernel.create("Slice", {{"name", std::string("a")}, {"site", next}})});
    REQUIRE(!refused);
    CHECK(refused.error().details() ==
          std::vector<ErrorDetail>{{"site_id", "slice \"a\" is no Site"}});
}

TEST_CASE("a rule's change cannot be undone by the caller in the same transaction") {
    RunningKernel kernel{small_model(), rules_with({"noted"})};
    const ObjectId site = kernel.make("Site", {{"name", std::string("s")}});
    const auto done =
        kernel.commit({kernel.create("Slice", {{"name", std::string("a")}, {"site", site}}),
                       kernel.update("Slice", made_by(0), {{"note", std::string("mine")}})});
    REQUIRE(done);
    CHECK(kernel.view().find(done->outcome.ids[0])->string(kernel.field("Slice", "note")) ==
          "noted");
}

}  // namespace
}  // namespace xos::kernel
