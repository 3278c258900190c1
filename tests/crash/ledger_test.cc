// What the other tests rely on: that a ledger sees what is lost, half or too much.
#include "ledger.h"

#include <doctest/doctest.h>

namespace xos::crash {
namespace {

Json object(std::uint64_t id, std::uint64_t revision, const std::string& name,
            const std::string& mark) {
    Json object;
    object.set("id", Json(id));
    object.set("revision", Json(revision));
    object.set("name", name);
    object.set("abbreviated_name", mark);
    object.set("description", mark);
    return object;
}

Found found(std::uint64_t revision, const std::vector<Json>& sites,
            const std::vector<Json>& slices) {
    Found found{.revision = Revision{revision}};
    found.add("core/sites", sites);
    found.add("core/slices", slices);
    return found;
}

/// A ledger with one acknowledged unit of a site and two slices.
struct OneUnit {
    Ledger ledger;

    OneUnit() {
        ledger.begin_create({.name = "a", .has_slices = true}, "m1");
        ledger.acknowledge(Revision{5}, {ObjectId{1}, ObjectId{2}, ObjectId{3}});
    }

    static Found whole(std::uint64_t revision, const std::string& mark) {
        return found(revision, {object(1, revision, "a", mark)},
                     {object(2, revision, "a_1", mark), object(3, revision, "a_2", mark)});
    }
};

TEST_CASE_FIXTURE(OneUnit, "what was acknowledged and is there is right") {
    CHECK(ledger.settle(whole(5, "m1")).empty());
}

TEST_CASE_FIXTURE(OneUnit, "lost, older and other things are seen") {
    CHECK(ledger.settle(found(5, {}, {})).size() == 1);
    CHECK(ledger.settle(whole(4, "m1")).size() == 2);  // Its revision, and the model's.
    CHECK(ledger.settle(whole(5, "m0")).size() == 1);
    CHECK(ledger.settle(found(5, {object(1, 5, "a", "m1")}, {object(2, 5, "a_1", "m1")})).size() ==
          1);
}

TEST_CASE_FIXTURE(OneUnit, "a write that nobody answered is done or not, and remembered") {
    ledger.begin(Ledger::Kind::Update, 0, "m2");
    CHECK(ledger.settle(whole(6, "m2")).empty());
    CHECK(ledger.live()[0].versions.size() == 2);
    ledger.begin(Ledger::Kind::Update, 0, "m3");
    CHECK(ledger.settle(whole(6, "m2")).empty());
    ledger.begin(Ledger::Kind::Remove, 0, {});
    CHECK(ledger.settle(found(7, {}, {})).empty());
    CHECK(ledger.live().empty());
    CHECK(!ledger.settle(whole(6, "m2")).empty());
}

TEST_CASE_FIXTURE(OneUnit, "a write that is done by half is seen") {
    ledger.begin(Ledger::Kind::Update, 0, "m2");
    Found half =
        found(6, {object(1, 6, "a", "m2")}, {object(2, 6, "a_1", "m2"), object(3, 5, "a_2", "m1")});
    CHECK(!ledger.settle(half).empty());
    Ledger other;
    other.begin_create({.name = "b", .has_slices = true}, "m1");
    CHECK(!other.settle(found(6, {object(9, 6, "b", "m1")}, {})).empty());
}

TEST_CASE("names and ids that are there twice are seen") {
    CHECK(found(5, {object(1, 5, "a", ""), object(2, 5, "a", "")}, {}).problems.size() == 1);
    CHECK(found(5, {object(1, 5, "a", "")}, {object(1, 5, "b", "")}).problems.size() == 1);
    CHECK(found(5, {object(1, 6, "a", "")}, {}).problems.size() == 1);
}

}  // namespace
}  // namespace xos::crash
