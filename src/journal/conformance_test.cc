// What every engine does alike. Each case runs on each engine.
#include "base/testing/fake_random.h"
#include "base/testing/temporary_directory.h"
#include "journal/sqlite_engine.h"
#include "journal/testing/memory_engine.h"

#include <doctest/doctest.h>

namespace xos::journal {
namespace {

class MemoryJournal {
public:
    Engine& engine() { return engine_; }
    void reopen() {}

private:
    MemoryEngine engine_;
};

class SqliteJournal {
public:
    SqliteJournal() { reopen(); }
    Engine& engine() { return *engine_; }
    void reopen() {
        engine_.reset();
        auto opened = SqliteEngine::open({.directory = directory_.path()}, random_);
        REQUIRE_MESSAGE(opened, opened.error().message());
        engine_ = std::move(opened).value();
    }

private:
    TemporaryDirectory directory_;
    FakeRandom random_;
    std::unique_ptr<SqliteEngine> engine_;
};

constexpr ObjectId kLab{1};
constexpr ObjectId kRack{2};
constexpr ObjectId kToken{3};

Change put(ObjectId id, std::string document, Retention retention = Retention::Forever) {
    return {.id = id,
            .type = id == kToken ? "core.Token" : "core.Slice",
            .document = std::move(document),
            .retention = retention};
}

Change purge(ObjectId id, Retention retention = Retention::Forever) {
    return put(id, "", retention);
}

WallTime at(std::int64_t seconds) {
    return from_microseconds(seconds * 1'000'000);
}

/// Commits one after the other, each ten seconds after the one before.
class Writer {
public:
    explicit Writer(Engine& engine) : engine_(engine) {}

    Revision commit(std::vector<Change> changes, std::vector<SideRecord> side = {}) {
        const Revision head = engine_.head();
        const Revision revision{head.value + 1};
        const Commit commit{.revision = revision,
                            .time = at(static_cast<std::int64_t>(revision.value) * 10),
                            .user = "padmin@vicci.org",
                            .request = "r-" + std::to_string(revision.value),
                            .schema = {7},
                            .changes = std::move(changes),
                            .side = std::move(side)};
        const auto appended = engine_.append({&commit, 1}, head);
        REQUIRE_MESSAGE(appended, appended.error().message());
        return revision;
    }

private:
    Engine& engine_;
};

std::vector<std::string> objects(Engine& engine) {
    std::vector<std::string> found;
    const auto walked = engine.for_each_object([&](const ObjectView& object) -> Result<void> {
        found.push_back(std::to_string(object.id.value) + " " + std::string(object.type) + " " +
                        std::to_string(object.revision.value) + " " + std::string(object.document));
        return {};
    });
    REQUIRE_MESSAGE(walked, walked.error().message());
    CHECK(*walked == engine.head());
    return found;
}

std::string line(const Version& version) {
    return std::to_string(version.revision.value) + " " + std::to_string(version.id.value) + " " +
           std::string(to_string(version.kind)) + " " + version.document +
           (version.exact ? "" : " inexact");
}

std::vector<std::string> changes(Engine& engine, Revision since) {
    std::vector<std::string> found;
    const auto walked = engine.for_each_change(since, [&](const Version& version) -> Result<void> {
        found.push_back(line(version));
        return {};
    });
    REQUIRE_MESSAGE(walked, walked.error().message());
    return found;
}

std::vector<std::string> slices_at(Engine& engine, Revision revision) {
    std::vector<std::string> found;
    const auto walked = engine.for_each_object_at("core.Slice", revision,
                                                  [&](const Version& version) -> Result<void> {
                                                      found.push_back(line(version));
                                                      return {};
                                                  });
    REQUIRE_MESSAGE(walked, walked.error().message());
    return found;
}

std::vector<std::string> history(Engine& engine, ObjectId id, Engine::Page page = {}) {
    std::vector<std::string> found;
    const auto versions = engine.versions(id, page);
    REQUIRE_MESSAGE(versions, versions.error().message());
    for (const Version& version : *versions)
        found.push_back(line(version));
    return found;
}

using Lines = std::vector<std::string>;

#define ENGINE_TEST(name) TEST_CASE_TEMPLATE(name, Journal, MemoryJournal, SqliteJournal)

ENGINE_TEST("an empty journal is at revision zero and has a lineage") {
    Journal journal;
    CHECK(journal.engine().head() == Revision{0});
    CHECK(journal.engine().highest_id() == ObjectId{0});
    CHECK(journal.engine().lineage().size() == 32);
    CHECK(objects(journal.engine()).empty());
    CHECK(changes(journal.engine(), {0}).empty());
}

ENGINE_TEST("what was appended is there after a restart") {
    Journal journal;
    const std::string lineage = journal.engine().lineage();
    Writer writer(journal.engine());
    writer.commit({put(kLab, R"({"name":"lab"})"), put(kRack, R"({"name":"rack"})")});
    writer.commit({put(kLab, R"({"name":"Labör"})")});
    journal.reopen();
    CHECK(journal.engine().lineage() == lineage);
    CHECK(journal.engine().head() == Revision{2});
    CHECK(journal.engine().highest_id() == kRack);
    CHECK(objects(journal.engine()) ==
          Lines{R"(1 core.Slice 2 {"name":"Labör"})", R"(2 core.Slice 1 {"name":"rack"})"});
}

ENGINE_TEST("a batch is appended in its order, also when it changes an object twice") {
    Journal journal;
    const std::vector<Commit> batch = {
        {.revision = {1}, .time = at(1), .user = "a", .changes = {put(kLab, "1")}},
        {.revision = {2}, .time = at(2), .user = "b", .changes = {put(kLab, "2")}},
        {.revision = {3}, .time = at(3), .user = "c", .changes = {purge(kLab)}}};
    REQUIRE(journal.engine().append(batch, {0}));
    CHECK(journal.engine().head() == Revision{3});
    CHECK(objects(journal.engine()).empty());
    CHECK(changes(journal.engine(), {0}) ==
          Lines{"1 1 declarative 1", "2 1 declarative 2", "3 1 purge "});
}

ENGINE_TEST("an append on another head is stale and changes nothing") {
    Journal journal;
    Writer(journal.engine()).commit({put(kLab, "1")});
    const Commit late{.revision = {1}, .time = at(9), .user = "x", .changes = {put(kLab, "2")}};
    const auto refused = journal.engine().append({&late, 1}, {0});
    REQUIRE(!refused);
    CHECK(refused.error().code() == ErrorCode::Stale);
    CHECK(refused.error().message() == "the journal is at revision 1, not at 0");
    CHECK(objects(journal.engine()) == Lines{"1 core.Slice 1 1"});
}

ENGINE_TEST("a commit without changes takes a revision") {
    Journal journal;
    Writer writer(journal.engine());
    writer.commit({}, {{.kind = "audit", .key = "1", .value = "a secret was read"}});
    journal.reopen();
    CHECK(journal.engine().head() == Revision{1});
    CHECK(changes(journal.engine(), {0}).empty());
}

ENGINE_TEST("an id stays used after its object is purged") {
    Journal journal;
    Writer writer(journal.engine());
    writer.commit({put(kToken, "{}", Retention::None)});
    writer.commit({purge(kToken, Retention::None)});
    writer.commit({put(kLab, "{}")});
    REQUIRE(journal.engine().drop_versions({.older_than = at(1000)}));
    journal.reopen();
    CHECK(journal.engine().highest_id() == kToken);
}

ENGINE_TEST("the head stays when nothing of its commit is kept") {
    Journal journal;
    Writer writer(journal.engine());
    writer.commit({put(kToken, "{}", Retention::None)});
    writer.commit({purge(kToken, Retention::None)});
    CHECK(*journal.engine().drop_versions({.older_than = at(1000)}) == 2);
    journal.reopen();
    CHECK(journal.engine().head() == Revision{2});
    CHECK(Writer(journal.engine()).commit({put(kLab, "{}")}) == Revision{3});
}

ENGINE_TEST("history tells who did what and when, the newest first") {
    Journal journal;
    Writer writer(journal.engine());
    writer.commit({put(kLab, "1")});
    writer.commit({put(kRack, "other")});
    writer.commit({put(kLab, "2", Retention::Limited)});
    writer.commit({purge(kLab)});
    CHECK(history(journal.engine(), kLab) ==
          Lines{"4 1 purge ", "3 1 feedback 2", "1 1 declarative 1"});
    const auto versions = journal.engine().versions(kLab, {.limit = 1});
    REQUIRE(versions);
    REQUIRE(versions->size() == 1);
    CHECK(versions->front() == Version{.id = kLab,
                                       .type = "core.Slice",
                                       .revision = {4},
                                       .previous = {3},
                                       .kind = VersionKind::Purge,
                                       .schema = {7},
                                       .document = "",
                                       .time = at(40),
                                       .user = "padmin@vicci.org",
                                       .request = "r-4"});
}

ENGINE_TEST("history comes in pages") {
    Journal journal;
    Writer writer(journal.engine());
    for (int i = 1; i <= 5; ++i)
        writer.commit({put(kLab, std::to_string(i))});
    CHECK(history(journal.engine(), kLab, {.before = Revision{4}, .limit = 2}) ==
          Lines{"3 1 declarative 3", "2 1 declarative 2"});
    CHECK(history(journal.engine(), kLab, {.before = Revision{1}}).empty());
    CHECK(history(journal.engine(), {99}).empty());
}

ENGINE_TEST("history shows the document without secrets where there is one") {
    Journal journal;
    Change change = put(kLab, R"({"password":"sealed"})");
    change.history_document = R"({"password":{"set":true}})";
    Writer(journal.engine()).commit({change});
    CHECK(objects(journal.engine()) == Lines{R"(1 core.Slice 1 {"password":"sealed"})"});
    CHECK(history(journal.engine(), kLab) == Lines{R"(1 1 declarative {"password":{"set":true}})"});
}

ENGINE_TEST("of a type without history it is known that it changed, not what it was") {
    Journal journal;
    Writer writer(journal.engine());
    writer.commit({put(kToken, "{}", Retention::None)});
    writer.commit({put(kToken, "[]", Retention::None)});
    writer.commit({purge(kToken, Retention::None)});
    CHECK(changes(journal.engine(), {0}) ==
          Lines{"1 3 hidden ", "2 3 hidden ", "3 3 hidden purge "});
}

ENGINE_TEST("changes are read from any revision on") {
    Journal journal;
    Writer writer(journal.engine());
    writer.commit({put(kLab, "1"), put(kRack, "2")});
    writer.commit({put(kRack, "3", Retention::Limited)});
    CHECK(changes(journal.engine(), {0}) ==
          Lines{"1 1 declarative 1", "1 2 declarative 2", "2 2 feedback 3"});
    CHECK(changes(journal.engine(), {1}) == Lines{"2 2 feedback 3"});
    CHECK(changes(journal.engine(), {2}).empty());
    CHECK(changes(journal.engine(), {99}).empty());
}

ENGINE_TEST("an error of a visitor ends the walk") {
    Journal journal;
    Writer(journal.engine()).commit({put(kLab, "1"), put(kRack, "2")});
    int visits = 0;
    const auto walked = journal.engine().for_each_object([&](const ObjectView&) -> Result<void> {
        ++visits;
        return Error(ErrorCode::Invalid, "enough");
    });
    REQUIRE(!walked);
    CHECK(walked.error().message() == "enough");
    CHECK(visits == 1);
    CHECK(objects(journal.engine()).size() == 2);  // The next walk starts afresh.
}

ENGINE_TEST("an object is found as of any revision") {
    Journal journal;
    Engine& engine = journal.engine();
    Writer writer(engine);
    writer.commit({put(kRack, "r")});
    writer.commit({put(kLab, "1")});
    writer.commit({put(kRack, "s")});
    writer.commit({put(kLab, "2")});
    writer.commit({purge(kLab)});
    const auto lab_at = [&](std::uint64_t revision) {
        const auto found = engine.find_object(kLab, {revision});
        REQUIRE(found);
        return found->has_value() ? line(**found) : "";
    };
    CHECK(lab_at(1) == "");
    CHECK(lab_at(2) == "2 1 declarative 1");
    CHECK(lab_at(3) == "2 1 declarative 1");
    CHECK(lab_at(4) == "4 1 declarative 2");
    CHECK(lab_at(5) == "");
    CHECK(slices_at(engine, {0}).empty());
    CHECK(slices_at(engine, {3}) == Lines{"2 1 declarative 1", "3 2 declarative s"});
    CHECK(slices_at(engine, {5}) == Lines{"3 2 declarative s"});
}

ENGINE_TEST("a time is turned into the revision of then") {
    Journal journal;
    Writer writer(journal.engine());
    for (int i = 1; i <= 4; ++i)
        writer.commit(
            {put(kLab, std::to_string(i), i == 1 ? Retention::Forever : Retention::Limited)});
    const auto revision_at = [&](std::int64_t seconds) {
        const auto found = journal.engine().revision_at(at(seconds));
        REQUIRE(found);
        return found->value;
    };
    CHECK(revision_at(9) == 0);
    CHECK(revision_at(10) == 1);
    CHECK(revision_at(39) == 3);
    CHECK(revision_at(1000) == 4);
    REQUIRE(journal.engine().drop_versions({.older_than = at(35)}));  // Commits 2 and 3 go.
    CHECK(revision_at(39) == 1);
    CHECK(revision_at(40) == 4);
}

ENGINE_TEST("old feedback is dropped, what users wanted and what is last is not") {
    Journal journal;
    Engine& engine = journal.engine();
    Writer writer(engine);
    writer.commit({put(kLab, "1")});
    writer.commit({put(kLab, "2", Retention::Limited)});
    writer.commit({put(kLab, "3", Retention::Limited), put(kRack, "r")});
    writer.commit({put(kLab, "4")});
    writer.commit({put(kLab, "5", Retention::Limited)});
    const auto dropped = engine.drop_versions({.older_than = at(1000)});
    REQUIRE(dropped);
    CHECK(*dropped == 2);
    CHECK(history(engine, kLab) ==
          Lines{"5 1 feedback 5", "4 1 declarative 4", "1 1 declarative 1"});
    CHECK(slices_at(engine, {3}) == Lines{"1 1 declarative 1 inexact", "3 2 declarative r"});
    CHECK(line(**engine.find_object(kLab, {2})) == "1 1 declarative 1 inexact");
    CHECK(line(**engine.find_object(kLab, {4})) == "4 1 declarative 4");
    journal.reopen();
    CHECK(journal.engine().head() == Revision{5});
}

ENGINE_TEST("of much feedback the newest is kept") {
    Journal journal;
    Engine& engine = journal.engine();
    Writer writer(engine);
    writer.commit({put(kLab, "1")});
    for (int i = 2; i <= 6; ++i)
        writer.commit({put(kLab, std::to_string(i), Retention::Limited)});
    REQUIRE(engine.drop_versions({.older_than = at(0), .most_feedback = 2}));
    CHECK(history(engine, kLab) == Lines{"6 1 feedback 6", "5 1 feedback 5", "1 1 declarative 1"});
}

ENGINE_TEST("dropping looks at some versions a call and comes around") {
    Journal journal;
    Engine& engine = journal.engine();
    Writer writer(engine);
    writer.commit({put(kLab, "1")});
    for (int i = 2; i <= 5; ++i)
        writer.commit({put(kLab, std::to_string(i), Retention::Limited)});
    const auto drop = [&](std::int64_t seconds) {
        const auto dropped = engine.drop_versions({.older_than = at(seconds), .steps = 2});
        REQUIRE(dropped);
        return *dropped;
    };
    CHECK(drop(25) == 1);  // Looks at 2 and 3.
    CHECK(drop(25) == 0);  // 4 and 5.
    CHECK(drop(25) == 0);  // Nothing: it has come around.
    CHECK(drop(45) == 2);  // 3 and 4.
}

ENGINE_TEST("once ends of hidden objects are dropped, older changes are gone") {
    Journal journal;
    Engine& engine = journal.engine();
    Writer writer(engine);
    writer.commit({put(kToken, "{}", Retention::None), put(kLab, "1")});
    writer.commit({put(kToken, "[]", Retention::None)});
    writer.commit({purge(kToken, Retention::None)});
    writer.commit({put(kLab, "2")});
    const auto dropped = engine.drop_versions({.older_than = at(35)});
    REQUIRE(dropped);
    CHECK(*dropped == 3);
    const auto ignore = [](const Version&) -> Result<void> { return {}; };
    const auto gone = engine.for_each_change({2}, ignore);
    REQUIRE(!gone);
    CHECK(gone.error().code() == ErrorCode::Gone);
    CHECK(changes(engine, {3}) == Lines{"4 1 declarative 2"});
}

ENGINE_TEST("what a hidden object was is gone when its first version is") {
    Journal journal;
    Engine& engine = journal.engine();
    Writer writer(engine);
    writer.commit({put(kToken, "{}", Retention::None)});
    writer.commit({put(kToken, "[]", Retention::None)});
    REQUIRE(engine.drop_versions({.older_than = at(1000)}));
    const auto gone = engine.find_object(kToken, {1});
    REQUIRE(!gone);
    CHECK(gone.error().code() == ErrorCode::Gone);
    const auto list = engine.for_each_object_at("core.Token", {1},
                                                [](const Version&) -> Result<void> { return {}; });
    REQUIRE(!list);
    CHECK(list.error().code() == ErrorCode::Gone);
    CHECK(engine.find_object(kToken, {2}));
}

ENGINE_TEST("side records are committed with their commit, found by key, and replaced") {
    Journal journal;
    Writer writer(journal.engine());
    writer.commit({}, {{.kind = "audit", .key = "b", .value = "2"},
                       {.kind = "answer", .key = "a", .value = "201", .expires = at(100)},
                       {.kind = "audit", .key = "a", .value = "1"}});
    writer.commit({}, {{.kind = "audit", .key = "b", .value = "3"}});
    journal.reopen();
    Engine& engine = journal.engine();
    const auto answer = engine.find_side("answer", "a");
    REQUIRE(answer);
    CHECK(*answer == SideRecord{.kind = "answer", .key = "a", .value = "201", .expires = at(100)});
    CHECK(*engine.find_side("answer", "b") == std::nullopt);
    Lines audit;
    REQUIRE(engine.for_each_side("audit", [&](const SideRecord& record) -> Result<void> {
        audit.push_back(record.key + " " + record.value);
        return {};
    }));
    CHECK(audit == Lines{"a 1", "b 3"});
}

ENGINE_TEST("side records expire at their time, others never") {
    Journal journal;
    Engine& engine = journal.engine();
    Writer(engine).commit({}, {{.kind = "answer", .key = "a", .value = "1", .expires = at(100)},
                               {.kind = "answer", .key = "b", .value = "2", .expires = at(101)},
                               {.kind = "answer", .key = "c", .value = "3"}});
    CHECK(*engine.expire_side(at(100)) == 1);
    CHECK(*engine.find_side("answer", "a") == std::nullopt);
    CHECK(*engine.expire_side(at(1'000'000)) == 1);
    CHECK(engine.find_side("answer", "c")->has_value());
}

ENGINE_TEST("a schema is stored once") {
    Journal journal;
    const auto first = journal.engine().add_schema("one");
    const auto second = journal.engine().add_schema("two");
    REQUIRE(first);
    REQUIRE(second);
    CHECK(*first != *second);
    journal.reopen();
    CHECK(*journal.engine().add_schema("one") == *first);
    CHECK(*journal.engine().get_schema(*second) == "two");
    CHECK(journal.engine().get_schema({99}).error().code() == ErrorCode::NotFound);
}

ENGINE_TEST("a new lineage raises the highest id and never lowers it") {
    Journal journal;
    Writer(journal.engine()).commit({put(kLab, "{}")});
    REQUIRE(journal.engine().begin_lineage("restored", {5000}));
    REQUIRE(journal.engine().begin_lineage("restored again", {10}));
    journal.reopen();
    CHECK(journal.engine().lineage() == "restored again");
    CHECK(journal.engine().highest_id() == ObjectId{5000});
    CHECK(journal.engine().head() == Revision{1});
}

ENGINE_TEST("what is stored is found to be whole") {
    Journal journal;
    Writer writer(journal.engine());
    writer.commit({put(kLab, "1"), put(kToken, "t", Retention::None)});
    writer.commit({put(kLab, "2"), purge(kToken, Retention::None)});
    CHECK(journal.engine().verify());
    CHECK(journal.engine().checkpoint());
}

}  // namespace
}  // namespace xos::journal
