// How long a start takes: reads a journal of many objects into the model, as xosd does before it
// answers anything.
//     kernel_bench DIR [OBJECTS]
#include "base/random.h"
#include "base/system_clock.h"
#include "journal/sqlite_engine.h"
#include "kernel/kernel.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <variant>
#include <vector>

namespace xos::kernel {
namespace {

constexpr const char* kModel = R"xproto(
policy admin_policy < ctx.user.is_admin >
message User::admin_policy (XOSBase) {
    required string email = 1 [max_length = 40, unique = True, tosca_key = True];
    required bool is_admin = 2 [default = False];
    required bool is_active = 3 [default = True];
}
message Service::admin_policy (XOSBase) {
    required string name = 1 [max_length = 30, unique = True];
}
message Slice::admin_policy (XOSBase) {
    required string name = 1 [max_length = 30, unique = True, db_index = True];
    optional manytoone creator->User:slices = 2 [on_delete = "clear"];
    optional string description = 3 [text = True];
    required int32 max_instances = 4 [default = 10];
    required string isolation = 5 [default = "vm"];
}
message Instance::admin_policy (XOSBase) {
    required string name = 1 [max_length = 60, unique_with = "slice"];
    required manytoone slice->Slice:instances = 2 [on_delete = "cascade"];
    optional manytoone creator->User:instances = 3 [on_delete = "clear"];
    required string isolation = 4 [default = "vm"];
    optional string ip = 5 [max_length = 39, feedback_state = True];
    optional string userData = 6 [text = True];
    required int32 numberCores = 7 [default = 1];
}
)xproto";

constexpr std::size_t kBatch = 5000;
constexpr std::size_t kSlices = 1000;

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

template <class T>
T must(Result<T> result) {
    if (!result) {
        std::fprintf(stderr, "%s\n", result.error().message().c_str());
        std::exit(1);
    }
    return std::move(result).value();
}

void must(Result<void> result) {
    if (!result) {
        std::fprintf(stderr, "%s\n", result.error().message().c_str());
        std::exit(1);
    }
}

std::string document(std::size_t number, bool is_slice) {
    const std::string id = std::to_string(number);
    std::string text =
        R"({"created":"2026-01-31T12:00:00.123456Z","updated":"2026-01-31T12:00:00.123456Z",)"
        R"("revision":)" +
        id + R"(,"goal_revision":)" + id +
        R"(,"backend_code":0,"backend_status":"waits for its turn","deleted":false,)"
        R"("write_protect":false,"lazy_blocked":false,"no_sync":false,"no_policy":false,)"
        R"("xos_managed":true,"name":")";
    if (is_slice)
        return text + "slice" + id + R"(","max_instances":10,"isolation":"vm"})";
    return text + "instance" + id + R"(","slice_id":)" + std::to_string(1 + number % kSlices) +
           R"(,"isolation":"container","ip":"10.64.12.)" + std::to_string(number % 250) +
           R"(","numberCores":1})";
}

void fill(journal::Engine& engine, std::size_t objects, journal::SchemaVersion schema) {
    for (std::size_t made = 0; made < objects;) {
        journal::Commit commit{.revision = {engine.head().value + 1},
                               .time = {},
                               .user = "bench",
                               .request = {},
                               .schema = schema,
                               .changes = {}};
        for (; made < objects && commit.changes.size() < kBatch; ++made) {
            const bool is_slice = made < kSlices;
            commit.changes.push_back({.id = {made + 1},
                                      .type = is_slice ? "core.Slice" : "core.Instance",
                                      .document = document(made + 1, is_slice)});
        }
        must(engine.append({&commit, 1}, engine.head()));
        must(engine.checkpoint());
    }
}

int run(const std::string& directory, std::size_t objects) {
    auto built = schema::Schema::build({{"bench.xproto", "core", kModel}});
    const auto* schema = std::get_if<std::shared_ptr<const schema::Schema>>(&built);
    if (!schema) {
        std::fputs(schema::format(std::get<schema::Problems>(built)).c_str(), stderr);
        return 1;
    }
    SystemRandom random;
    {
        const auto engine = must(journal::SqliteEngine::open({.directory = directory}, random));
        if (engine->head() == Revision{})
            fill(*engine, objects, must(engine->add_schema(schema_text(**schema))));
    }
    const SystemWallClock clock;
    for (int round = 0; round < 3; ++round) {
        const auto start = std::chrono::steady_clock::now();
        const auto engine = must(journal::SqliteEngine::open({.directory = directory}, random));
        const double opened = seconds_since(start);
        std::size_t bytes = 0;
        must(engine->for_each_object([&](const auto& object) -> Result<void> {
            bytes += object.document.size();
            return {};
        }));
        const double walked = seconds_since(start);
        const auto kernel = must(Kernel::open({.schema = *schema,
                                               .journal = *engine,
                                               .clock = clock,
                                               .rules = {},
                                               .access = {},
                                               .observations = {}}));
        std::printf("open and check %.2f s, walk of %zu MB %.2f s, load %.2f s\n", opened,
                    bytes >> 20U, walked - opened, seconds_since(start) - walked);
    }
    return 0;
}

}  // namespace
}  // namespace xos::kernel

int main(int count, char** arguments) {
    if (count < 2) {
        std::fputs("usage: kernel_bench DIR [OBJECTS]\n", stderr);
        return 2;
    }
    return xos::kernel::run(arguments[1],
                            count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 100'000);
}
