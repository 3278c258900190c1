// Recipes with random damage: compiled or refused with places, and what compiles can be committed,
// or is refused, by the real kernel with its rules; it never harms the model.
#include "base/testing/fake_wall_clock.h"
#include "core/first_start.h"
#include "core/models/core_models.h"
#include "core/rules/core_rules.h"
#include "journal/testing/memory_engine.h"
#include "kernel/kernel.h"
#include "mutator.h"
#include "recipe/compiler.h"

#include <doctest/doctest.h>

#include <thread>

namespace xos::fuzz {
namespace {

using recipe::Compiled;

/// The words of recipes: types, fields, and how templates are written.
std::vector<std::string> words_of(const schema::Schema& schema) {
    std::vector<std::string> words = {"must-exist: true",
                                      "properties:",
                                      "requirements:",
                                      "node_templates:",
                                      "      - site: mysite\n",
                                      "      - networks: app_net\n",
                                      "        node: mysite\n",
                                      "        relationship: tosca.relationships.MemberOfSite\n",
                                      "{ get_artifact: [a, b] }",
                                      "&a",
                                      "*a",
                                      "<<: *a",
                                      "!secret",
                                      "id: 1",
                                      "name: mysite_app"};
    for (const schema::Type& type : schema.types()) {
        words.push_back("tosca.nodes." + type.name);
        for (const schema::Field& field : type.fields) {
            words.push_back(field.name);
            words.push_back("\n        " + field.name + ": ");
        }
    }
    return words;
}

/// A started kernel with the core models and rules, and a model that all recipes meet.
class World {
public:
    World() {
        REQUIRE(kernel_->commit(core::first_start(*schema_, "root@x", "hash")));
        for (const char* file : {"recipes/local-cloud.yaml", "recipes/two-tier.yaml"}) {
            recipes_.push_back(source(file));
            take(recipes_.back(), Verb::Apply);
        }
    }
    ~World() {
        kernel_->stop();
        thread_.join();
    }

    enum class Verb : std::uint8_t { Apply, Destroy };

    /// Compiles and, when that is possible, commits; whether it was committed.
    bool take(const std::string& text, Verb verb) {
        const Deadline deadline(text);
        const auto snapshot = kernel_->snapshot();
        const recipe::Surroundings around{snapshot->view(), [](const model::Row&) { return true; }};
        auto outcome = verb == Verb::Apply ? compile_apply("r.yaml", text, around)
                                           : compile_destroy("r.yaml", text, around);
        if (const auto* problems = std::get_if<schema::Problems>(&outcome)) {
            CHECK(!problems->empty());
            for (const schema::Problem& problem : *problems)
                CHECK(!problem.format().empty());
            return false;
        }
        const auto committed =
            kernel_->commit({.principal = {},
                             .operations = std::get<Compiled>(std::move(outcome)).operations,
                             .request = {}});
        if (!committed)
            CHECK_MESSAGE(committed.error().code() != ErrorCode::Internal,
                          committed.error().message());
        return committed.has_value();
    }

    /// Whether a kernel can be opened on what was written down, and has the same objects.
    void check_journal() {
        auto again = open();
        CHECK(again->snapshot()->revision() == kernel_->snapshot()->revision());
        for (const schema::Type& type : schema_->types())
            CHECK(again->snapshot()->view().count(type.id) ==
                  kernel_->snapshot()->view().count(type.id));
    }

    const schema::Schema& schema() const { return *schema_; }
    const std::vector<std::string>& recipes() const { return recipes_; }

private:
    std::unique_ptr<kernel::Kernel> open() {
        auto opened = kernel::Kernel::open({.schema = schema_,
                                            .journal = journal_,
                                            .clock = clock_,
                                            .rules = core::make_core_rules(*schema_),
                                            .access = access::Access(),
                                            .observations = {}});
        REQUIRE_MESSAGE(opened, opened.error().message());
        return std::move(opened).value();
    }

    std::shared_ptr<const schema::Schema> schema_ =
        std::get<0>(schema::Schema::build(core::core_models()));
    journal::MemoryEngine journal_;
    FakeWallClock clock_;
    std::unique_ptr<kernel::Kernel> kernel_ = open();
    std::thread thread_{[this] { kernel_->run(); }};
    std::vector<std::string> recipes_;
};

TEST_CASE("a recipe with random damage is applied, destroyed or refused, and harms nothing") {
    std::size_t committed = 0;
    constexpr std::size_t kRecipesOfOneWorld = 200;
    for (std::size_t step = 0; step < steps(600);) {
        World world;
        Mutator mutator(seed() + step, words_of(world.schema()));
        for (std::size_t i = 0; i < kRecipesOfOneWorld; ++i, ++step) {
            CAPTURE(step);
            std::string text = mutator.mutate(mutator.pick(world.recipes()));
            CAPTURE(text);
            const auto verb = mutator.chance(3) ? World::Verb::Destroy : World::Verb::Apply;
            committed += world.take(text, verb) ? 1 : 0;
        }
        world.check_journal();
    }
    MESSAGE(committed << " of " << steps(600) << " were committed");
    CHECK(committed > 0);
}

TEST_CASE("text that is cut off at any place is refused or compiled") {
    World world;
    for (const std::string& recipe : world.recipes()) {
        for (std::size_t length = 0; length < recipe.size(); length += 37)
            world.take(recipe.substr(0, length), World::Verb::Apply);
    }
    world.check_journal();
}

}  // namespace
}  // namespace xos::fuzz
