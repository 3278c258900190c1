// What the language costs: `schema_cost core` reads the core models, `schema_cost many` 2,000 types
// of 200 services beside them. Prints milliseconds of
// processor time and, for what is kept, bytes.
#include "core/models/core_models.h"
#include "model/store.h"

#include <malloc.h>

#include <cstdio>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace {

using xos::schema::Schema;
using xos::schema::Source;

/// A service with ten types, each with fields of all kinds, links, a policy and a validator.
Source service(int number) {
    const std::string app = "service" + std::to_string(number);
    std::string text = "option app_label = \"" + app + "\";\n" + "policy " + app +
                       "_policy < *admin_policy(obj) | ctx.read_access & obj.creator = ctx.user & "
                       "exists SlicePrivilege: SlicePrivilege.user = ctx.user >\n" +
                       "policy " + app + "_name < not (obj.label = \"\") >\n";
    for (int i = 0; i < 10; ++i) {
        const std::string name = "Type" + std::to_string(number) + "x" + std::to_string(i);
        text += "message " + name + "::" + app + "_policy (ServiceInstance) {\n" +
                "    option validators = \"" + app + "_name: {obj.name} has no label\";\n" +
                "    required manytoone slice->Slice:" + name + "s = 1:1001 [db_index = True];\n" +
                "    optional manytoone node->Node:" + name + "s = 2:1002;\n" +
                "    required string label = 3 [max_length = 80, unique_with = \"slice\"];\n";
        for (int field = 4; field < 14; ++field)
            text += "    optional " + std::string(field % 2 == 0 ? "string" : "int32") + " field" +
                    std::to_string(field) + " = " + std::to_string(field) +
                    " [help_text = \"What it is\"];\n";
        text += "}\n";
    }
    return {.file = app + ".xproto", .app = app, .text = std::move(text)};
}

/// What this process has cost so far: others that run at the same time do not count.
double processor_milliseconds() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<Source> sources = xos::core::core_models();
    if (argc > 1 && std::string_view(argv[1]) == "many") {
        for (int i = 0; i < 200; ++i)
            sources.push_back(service(i));
    }
    const auto before = mallinfo2();
    const double start = processor_milliseconds();
    auto built = Schema::build(std::move(sources));
    const double took = processor_milliseconds() - start;
    if (const auto* problems = std::get_if<xos::schema::Problems>(&built)) {
        std::fputs(format(*problems).c_str(), stderr);
        return 1;
    }
    const xos::model::Store store(std::get<std::shared_ptr<const Schema>>(std::move(built)));
    const auto after = mallinfo2();
    std::printf("%.3f %zu\n", took,
                (after.uordblks + after.hblkhd) - (before.uordblks + before.hblkhd));
    return 0;
}
