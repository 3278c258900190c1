// A journal of each version of the format is kept in docs/formats/golden and can be opened for
// ever. XOS_WRITE_GOLDEN=1 journal_test -tc="*golden*" writes the present version's anew.
#include "base/testing/fake_random.h"
#include "base/testing/temporary_directory.h"
#include "journal/sqlite.h"
#include "journal/sqlite_engine.h"
#include "journal/testing/random_commits.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

namespace xos::journal {
namespace {

namespace fs = std::filesystem;

const fs::path kGolden = fs::path(XOS_SOURCE_DIR) / "docs/formats/golden";
const std::string kSchema = R"({"secrets":"sealed","sources":[{"file":"core.xproto",)"
                            R"("app":"core","text":"message Slice (XOSBase) {}"}]})";

Commit commit(std::uint64_t revision, std::vector<Change> changes) {
    return {.revision = {revision},
            .time = from_microseconds(static_cast<std::int64_t>(revision) * 1'000'000),
            .user = "padmin@vicci.org",
            .request = "r" + std::to_string(revision),
            .schema = {1},
            .changes = std::move(changes)};
}

/// One of everything that the format has.
std::vector<Commit> commits() {
    std::vector<Commit> all;
    all.push_back(commit(
        1, {{.id = {1}, .type = "core.Slice", .document = R"({"name":"lab"})"},
            {.id = {2},
             .type = "core.Controller",
             .document = R"({"name":"c","admin_password":"1 5e2c70a1 c2VhbGVk"})",
             .history_document = R"({"name":"c","admin_password":{"set":true,"version":1}})"},
            {.id = {3},
             .type = "core.Token",
             .document = R"({"digest":"d"})",
             .retention = Retention::None}}));
    all.push_back(commit(2, {{.id = {1},
                              .type = "core.Slice",
                              .document = R"({"name":"lab","backend_code":1})",
                              .retention = Retention::Limited}}));
    all.push_back(commit(
        3, {{.id = {2}, .type = "core.Controller", .document = {}},
            {.id = {3}, .type = "core.Token", .document = {}, .retention = Retention::None}}));
    all.back().side.push_back({.kind = "answer", .key = "k", .value = "v"});
    return all;
}

const std::vector<Shape> kShapes{
    {.name = "core.Slice",
     .types = {"core.Slice"},
     .columns = {{"name", ColumnType::Text}, {"backend_code", ColumnType::Integer}}}};

void fill(Engine& engine) {
    REQUIRE(engine.add_schema(kSchema));
    for (const Commit& one : commits())
        REQUIRE(engine.append({&one, 1}, engine.head()));
    REQUIRE(engine.keep_views(kShapes));
}

std::unique_ptr<SqliteEngine> open(const std::string& directory) {
    FakeRandom random;
    auto engine = SqliteEngine::open({.directory = directory}, random);
    REQUIRE_MESSAGE(engine, engine.error().message());
    return std::move(*engine);
}

/// What can be read of a new journal that was made in the same way.
std::string expected() {
    const TemporaryDirectory directory;
    const auto engine = open(directory.path());
    fill(*engine);
    return contents(*engine);
}

void write_golden(const fs::path& file) {
    const TemporaryDirectory directory;
    fill(*open(directory.path()));
    auto connection = sqlite::Connection::open(directory.path() + "/journal.db");
    REQUIRE(connection);
    REQUIRE(connection->execute("PRAGMA wal_checkpoint(TRUNCATE)"));
    fs::create_directories(file.parent_path());
    fs::copy_file(directory.path() + "/journal.db", file, fs::copy_options::overwrite_existing);
}

TEST_CASE("the golden journal of format 1 is opened, and has what was put into it") {
    const fs::path file = kGolden / "journal-1.db";
    if (std::getenv("XOS_WRITE_GOLDEN") != nullptr)
        write_golden(file);
    const TemporaryDirectory directory;
    REQUIRE(fs::copy_file(file, directory.path() + "/journal.db"));
    const auto engine = open(directory.path());
    CHECK(engine->verify());
    CHECK(contents(*engine) == expected());
    CHECK(*engine->get_schema({1}) == kSchema);
    CHECK(engine->find_side("answer", "k")->has_value());

    auto connection = sqlite::Connection::open(directory.path() + "/journal.db");
    REQUIRE(connection);
    CHECK(*connection->text(
              R"(SELECT id || ' ' || name || ' ' || backend_code FROM "core.Slice")") == "1 lab 1");
    CHECK(*connection->text("SELECT group_concat(kind) FROM history") ==
          "declarative,declarative,hidden,feedback,purge,hidden purge");

    // It can be gone on with.
    const Commit next = commit(4, {{.id = {1}, .type = "core.Slice", .document = "{}"}});
    CHECK(engine->append({&next, 1}, {3}));
    CHECK(engine->verify());
}

}  // namespace
}  // namespace xos::journal
