// What only the SQLite engine promises: its files, the lock, damage, views, checkpoints.
#include "journal/sqlite_engine.h"

#include "base/testing/fake_random.h"
#include "base/testing/temporary_directory.h"
#include "journal/sqlite.h"
#include "journal/testing/fragile_files.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <thread>

namespace xos::journal {
namespace {

class Fixture {
public:
    Result<std::unique_ptr<SqliteEngine>> try_open(std::int64_t check_up_to = 1 << 30) {
        return SqliteEngine::open(
            {.directory = directory.path(), .check_up_to = check_up_to, .worth_moving = 1}, random);
    }

    std::unique_ptr<SqliteEngine> open() {
        auto opened = try_open();
        REQUIRE_MESSAGE(opened, opened.error().message());
        return std::move(opened).value();
    }

    static void append(Engine& engine, std::vector<Change> changes) {
        const Commit commit{.revision = {engine.head().value + 1},
                            .time = from_microseconds(1'000'000),
                            .user = "padmin@vicci.org",
                            .request = "request",
                            .changes = std::move(changes)};
        const auto appended = engine.append({&commit, 1}, engine.head());
        REQUIRE_MESSAGE(appended, appended.error().message());
    }

    static void append_slice(Engine& engine, std::string document) {
        append(engine, {{.id = {1}, .type = "core.Slice", .document = std::move(document)}});
    }

    /// What a person does with the sqlite3 program.
    std::string by_hand(const std::string& sql) {
        auto connection = sqlite::Connection::open(directory / "journal.db");
        REQUIRE(connection);
        auto answer = connection->text(sql);
        REQUIRE_MESSAGE(answer, answer.error().message());
        return *answer;
    }

    std::string refusal(std::int64_t check_up_to = 1 << 30) {
        auto opened = try_open(check_up_to);
        REQUIRE(!opened);
        return std::string(to_string(opened.error().code())) + ": " + opened.error().message();
    }

    TemporaryDirectory directory;
    FakeRandom random;
};

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST_CASE_FIXTURE(Fixture, "its files are its owner's alone") {
    const auto engine = open();
    append_slice(*engine, "{}");
    for (const char* name : {"journal.db", "journal.db-wal", "lock"}) {
        CAPTURE(name);
        struct stat status {};
        REQUIRE(stat((directory / name).c_str(), &status) == 0);
        CHECK((status.st_mode & 0777) == 0600);
    }
}

TEST_CASE_FIXTURE(Fixture, "after an orderly end, one file holds everything") {
    append_slice(*open(), "{}");
    CHECK(!std::filesystem::exists(directory / "journal.db-wal"));
}

TEST_CASE_FIXTURE(Fixture, "a second process is refused, and told who has the directory") {
    const auto engine = open();
    CHECK(refusal() == "conflict: data directory \"" + directory.path() +
                           "\" is in use by process " + std::to_string(getpid()));
}

TEST_CASE_FIXTURE(Fixture, "the lock of a killed process is free") {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const auto lock = DirectoryLock::create(directory.path());
        const char done = lock ? 'y' : 'n';
        (void)!write(ends[1], &done, 1);
        for (;;)
            pause();
    }
    char done = 0;
    REQUIRE(read(ends[0], &done, 1) == 1);
    CHECK(done == 'y');
    CHECK(has(refusal(), "in use by process " + std::to_string(child)));
    kill(child, SIGKILL);
    REQUIRE(waitpid(child, nullptr, 0) == child);
    CHECK(try_open());
    close(ends[0]);
    close(ends[1]);
}

TEST_CASE_FIXTURE(Fixture, "a directory that is not there is refused") {
    FakeRandom any;
    const auto opened = SqliteEngine::open({.directory = directory / "nowhere"}, any);
    REQUIRE(!opened);
    CHECK(has(opened.error().message(), "No such file"));
}

TEST_CASE_FIXTURE(Fixture, "another program's database is refused and not touched") {
    by_hand("PRAGMA user_version = 3");
    by_hand("CREATE TABLE theirs(x)");
    CHECK(refusal() == "conflict: this database is not a journal of XOS");
    CHECK(by_hand("PRAGMA journal_mode") == "delete");
}

TEST_CASE_FIXTURE(Fixture, "a journal of a newer format is refused") {
    open();
    by_hand("PRAGMA user_version = 2");
    CHECK(refusal() ==
          "conflict: the journal has format 2, and this program knows formats up to "
          "1: use a newer one");
}

TEST_CASE_FIXTURE(Fixture, "a file that is no database is refused with what to do") {
    std::FILE* file = std::fopen((directory / "journal.db").c_str(), "w");
    REQUIRE(file != nullptr);
    for (int i = 0; i < 1000; ++i)
        std::fputs("not a database", file);
    std::fclose(file);
    CHECK(has(refusal(), "the journal is damaged: file is not a database"));
    CHECK(has(refusal(), "put a backup of journal.db in its place"));
}

TEST_CASE_FIXTURE(Fixture, "a changed document is found at start, unless a person changed it") {
    append_slice(*open(), R"({"name":"lab"})");
    by_hand(R"(UPDATE objects SET document = '{"name":"lob"}')");
    CHECK(has(refusal(), "the document of object 1 in table objects does not match its checksum"));
    by_hand("UPDATE objects SET checksum = NULL");
    CHECK(try_open());
}

TEST_CASE_FIXTURE(Fixture, "damage in a large journal is found when it is read") {
    append_slice(*open(), R"({"name":"lab"})");
    by_hand(R"(UPDATE objects SET document = '{"name":"lob"}')");
    const auto engine = try_open(0);
    REQUIRE(engine);
    const auto walked =
        (*engine)->for_each_object([](const ObjectView&) -> Result<void> { return {}; });
    REQUIRE(!walked);
    CHECK(walked.error().code() == ErrorCode::Internal);
}

TEST_CASE_FIXTURE(Fixture, "tables that do not agree are found at start") {
    append_slice(*open(), "{}");
    by_hand("UPDATE objects SET revision = 7");
    CHECK(has(refusal(), "object 1 is not what its last version made of it"));
    by_hand("UPDATE objects SET revision = 1");
    by_hand("DELETE FROM commits");
    CHECK(has(refusal(), "a version of object 1 belongs to no commit"));
    CHECK(has(refusal(0), "the last commit is missing"));
}

TEST_CASE_FIXTURE(Fixture, "every flipped byte of a document is found, and none ends the process") {
    {
        const auto engine = open();
        std::vector<Change> changes;
        for (std::uint64_t id = 1; id <= 30; ++id)
            changes.push_back(
                {.id = {id}, .type = "core.Slice", .document = std::string(300, '~')});
        append(*engine, std::move(changes));
    }
    const std::string path = directory / "journal.db";
    std::string content(std::filesystem::file_size(path), '\0');
    std::FILE* file = std::fopen(path.c_str(), "r+");
    REQUIRE(file != nullptr);
    REQUIRE(std::fread(content.data(), 1, content.size(), file) == content.size());
    const auto put = [&](std::size_t place, int byte) {
        std::fseek(file, static_cast<long>(place), SEEK_SET);
        std::fputc(byte, file);
        std::fflush(file);
    };
    for (int i = 0; i < 60; ++i) {
        const std::size_t place = random.below(content.size());
        CAPTURE(place);
        put(place, content[place] ^ 0x10);
        const auto opened = try_open();
        CHECK((!opened || content[place] != '~'));
        put(place, content[place]);
    }
    std::fclose(file);
    CHECK(try_open());
}

TEST_CASE_FIXTURE(Fixture, "a person reads objects by views with typed columns") {
    const auto engine = open();
    append(*engine, {{.id = {1},
                      .type = "core.Slice",
                      .document = R"({"name":"lab","cores":2,"enabled":true,"tags":["a","b"]})"},
                     {.id = {2}, .type = "vsg.VsgSlice", .document = R"({"name":"v'sg"})"},
                     {.id = {3}, .type = "core.Site", .document = "{}"}});
    const std::vector<Shape> shapes = {{.name = "core.Slice",
                                        .types = {"core.Slice", "vsg.VsgSlice"},
                                        .columns = {{"id", ColumnType::Integer},
                                                    {"name", ColumnType::Text},
                                                    {"cores", ColumnType::Integer},
                                                    {"enabled", ColumnType::Boolean},
                                                    {"tags", ColumnType::Json},
                                                    {"load", ColumnType::Real}}},
                                       {.name = "core.Site", .types = {"core.Site"}}};
    REQUIRE(engine->keep_views(shapes));
    const std::string all =
        "SELECT group_concat(id || ' ' || leaf_model_name || ' ' || name || ' ' || "
        "typeof(cores) || ' ' || ifnull(enabled, '-') || ' ' || ifnull(tags, '-'), '; ') "
        "FROM \"core.Slice\"";
    CHECK(by_hand(all) == "1 core.Slice lab integer 1 [\"a\",\"b\"]; 2 vsg.VsgSlice v'sg null - -");

    REQUIRE(engine->keep_views({shapes.data(), 1}));
    CHECK(by_hand("SELECT group_concat(name) FROM sqlite_schema WHERE type = 'view'") ==
          "history,core.Slice");
}

TEST_CASE_FIXTURE(Fixture, "whether it can be written is tried without a trace") {
    const auto engine = open();
    append_slice(*engine, "{}");
    CHECK(engine->check_writing());
    CHECK(engine->head() == Revision{1});
    CHECK(engine->verify());
}

TEST_CASE_FIXTURE(Fixture, "a person reads history with times") {
    const auto engine = open();
    append_slice(*engine, "{}");
    CHECK(by_hand("SELECT time || ' ' || user || ' ' || kind FROM history") ==
          "1970-01-01 00:00:01.000 padmin@vicci.org declarative");
}

TEST_CASE_FIXTURE(Fixture, "the format is the one that docs/formats/journal.md describes") {
    open();
    CHECK(by_hand("PRAGMA application_id") == std::to_string(0x584f534a));
    CHECK(by_hand("PRAGMA user_version") == "1");
    const std::string columns = "SELECT group_concat(name) FROM pragma_table_info('";
    CHECK(by_hand(columns + "meta')") == "name,value");
    CHECK(by_hand(columns + "schemas')") == "version,text");
    CHECK(by_hand(columns + "commits')") == "revision,time,user,request,schema");
    CHECK(by_hand(columns + "objects')") == "id,type,revision,schema,document,checksum");
    CHECK(by_hand(columns + "versions')") ==
          "place,id,revision,previous,type,kind,document,checksum");
    CHECK(by_hand(columns + "side')") == "number,kind,key,value,expires");
    CHECK(by_hand("SELECT group_concat(name) FROM (SELECT name FROM meta ORDER BY name)") ==
          "highest_id,lineage,purges_dropped");
}

TEST_CASE_FIXTURE(Fixture, "the log does not grow when it is moved") {
    const auto engine = open();
    const std::string document = "{\"v\":\"" + std::string(3000, 'x') + "\"}";
    std::uintmax_t longest = 0;
    for (int i = 0; i < 25; ++i) {
        std::vector<Change> changes;
        for (std::uint64_t id = 1; id <= 200; ++id)
            changes.push_back({.id = {id}, .type = "core.Slice", .document = document});
        append(*engine, std::move(changes));
        REQUIRE(engine->checkpoint());
        longest = std::max(longest, std::filesystem::file_size(directory / "journal.db-wal"));
    }
    CHECK(longest < std::uintmax_t{24} << 20);  // 40 MB were written.
}

TEST_CASE_FIXTURE(Fixture, "many read while one writes and one moves the log") {
    const auto engine = open();
    append_slice(*engine, "{}");
    std::atomic<bool> ended = false;
    std::atomic<int> failures = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) {
        threads.emplace_back([&] {
            while (!ended) {
                const Revision before = engine->head();
                Revision last;
                const auto walked =
                    engine->for_each_object([&](const ObjectView& object) -> Result<void> {
                        last = object.revision;
                        return {};
                    });
                const auto found = engine->find_object({1}, before);
                failures += !walked || last < before || !found || !found->has_value();
            }
        });
    }
    threads.emplace_back([&] {
        while (!ended)
            failures += !engine->checkpoint();
    });
    for (int i = 0; i < 60; ++i)
        append_slice(*engine, "{\"n\":" + std::to_string(i) + "}");
    ended = true;
    for (std::thread& thread : threads)
        thread.join();
    CHECK(failures == 0);
    CHECK(engine->verify());
}

}  // namespace
}  // namespace xos::journal
