#include "core/models/core_models.h"
#include "schema/print.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace xos::core {
namespace {

using schema::Schema;
using schema::Source;

/// Pieces that a careless or hostile hand could put anywhere.
constexpr std::string_view kPieces[] = {
    "{",
    "}",
    ";",
    "<",
    ">",
    "->",
    "\"",
    "'",
    "::",
    "(",
    ")",
    "[",
    "]",
    "*",
    "not ",
    "exists Slice: ",
    "obj.",
    "ctx.user",
    "in ",
    "message X",
    "policy",
    "//",
    "/*",
    "\\",
    "\xff",
    "= 1",
    "required",
    "manytoone",
    "99999999999999999999",
    "1e999",
    "XOSBase",
    "(User) ",
    "oneof a {",
    "slice",
    "->Slice:slices",
    "&",
    "|",
    "*admin_policy(obj)",
    "*(obj.content_object)",
    " as x: ",
    "{{ python }}",
    "group G = 7 {",
    "option invariants = \"admin_policy: {obj.name}\";",
    "optional string content_type = 50;",
    "optional int32 object_id = 51;",
    "default = get_first_site",
    "",
};

class Mutator {
public:
    explicit Mutator(std::uint64_t seed) : random_(seed) {}

    void mutate(std::string& text) {
        const std::size_t at = below(text.size() + 1);
        const std::size_t length = std::min(text.size() - at, below(30));
        const std::string piece = text.substr(at, length);
        switch (below(4)) {
            case 0: text.erase(at, length); break;
            case 1: text.insert(below(text.size() + 1), piece); break;
            case 2: text.insert(at, kPieces[below(std::size(kPieces))]); break;
            default:
                if (at < text.size())
                    text[at] = static_cast<char>(below(256));
        }
    }

    std::size_t below(std::size_t bound) { return bound == 0 ? 0 : random_() % bound; }

private:
    std::mt19937_64 random_;
};

/// The core models and the files of tests/models.
std::vector<Source> with_service_models() {
    std::vector<Source> models = core_models();
    for (const auto& entry : std::filesystem::directory_iterator(XOS_TEST_MODELS)) {
        std::ifstream file(entry.path());
        std::stringstream text;
        text << file.rdbuf();
        models.push_back({.file = entry.path().filename().string(),
                          .app = entry.path().stem().string(),
                          .text = text.str()});
    }
    std::sort(models.begin(), models.end(),
              [](const Source& a, const Source& b) { return a.file < b.file; });
    return models;
}

/// How many mutated models are tried; more by XOS_FUZZ_STEPS.
int steps() {
    const char* wanted = std::getenv("XOS_FUZZ_STEPS");
    return wanted == nullptr ? 60 : std::atoi(wanted);
}

TEST_CASE("models with random damage are built or refused, and refusals say where") {
    const std::vector<Source> models = with_service_models();
    for (int step = 0; step < steps(); ++step) {
        CAPTURE(step);
        Mutator mutator(static_cast<std::uint64_t>(step));
        std::vector<Source> damaged = models;
        for (std::size_t i = mutator.below(6) + 1; i > 0; --i)
            mutator.mutate(damaged[mutator.below(damaged.size())].text);
        const auto built = Schema::build(damaged);
        const auto* problems = std::get_if<schema::Problems>(&built);
        if (problems == nullptr)
            continue;
        CHECK(!problems->empty());
        for (const schema::Problem& problem : *problems) {
            CHECK(problem.line > 0);
            CHECK(!problem.format().empty());
        }
    }
}

TEST_CASE("printed models mean the same and print as themselves") {
    std::vector<Source> printed = core_models();
    for (Source& source : printed) {
        source.text = std::get<std::string>(schema::print(source));
        CHECK(std::get<std::string>(schema::print(source)) == source.text);
    }
    const auto before = std::get<0>(Schema::build(core_models()));
    const auto built = Schema::build(printed);
    REQUIRE(built.index() == 0);
    const auto& after = std::get<0>(built);
    REQUIRE(after->types().size() == before->types().size());
    for (const schema::Type& type : before->types()) {
        const schema::Type& other = after->type(type.id);
        CHECK(type.name == other.name);
        REQUIRE(type.fields.size() == other.fields.size());
        for (std::size_t i = 0; i < type.fields.size(); ++i) {
            CHECK(type.fields[i].name == other.fields[i].name);
            CHECK(type.fields[i].help_text == other.fields[i].help_text);
            CHECK(type.fields[i].default_value == other.fields[i].default_value);
            CHECK(type.fields[i].choices == other.fields[i].choices);
        }
        CHECK(type.keys.size() == other.keys.size());
        CHECK(type.relations.size() == other.relations.size());
    }
    CHECK(after->policies().size() == before->policies().size());
}

}  // namespace
}  // namespace xos::core
