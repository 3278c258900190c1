#include "base/file.h"
#include "base/testing/fake_wall_clock.h"
#include "core/first_start.h"
#include "core/models/core_models.h"
#include "core/rules/core_rules.h"
#include "journal/testing/memory_engine.h"
#include "kernel/kernel.h"
#include "recipe/compiler.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <thread>

namespace xos::recipe {
namespace {

using model::Row;

const std::filesystem::path kSource = XOS_SOURCE_DIR;

/// The core models with their rules, started, with a local cloud in them.
struct World {
    std::shared_ptr<const schema::Schema> schema =
        std::get<0>(schema::Schema::build(core::core_models()));
    journal::MemoryEngine journal;
    FakeWallClock clock;
    std::unique_ptr<kernel::Kernel> kernel = open();
    std::thread thread{[this] { kernel->run(); }};

    std::unique_ptr<kernel::Kernel> open() {
        auto opened = kernel::Kernel::open({.schema = schema,
                                            .journal = journal,
                                            .clock = clock,
                                            .rules = core::make_core_rules(*schema),
                                            .access = access::Access(),
                                            .observations = {}});
        REQUIRE(opened);
        return std::move(opened).value();
    }
    World() { REQUIRE(kernel->commit(core::first_start(*schema, "root@x", "hash"))); }
    ~World() {
        kernel->stop();
        thread.join();
    }

    static std::string recipe(const std::string& name) {
        auto text = read_file(kSource / "recipes" / name);
        REQUIRE(text);
        return *text;
    }

    Outcome compile(std::string_view text, bool destroy = false) {
        const auto snapshot = kernel->snapshot();
        const Surroundings around{snapshot->view(), [](const Row&) { return true; }};
        return destroy ? compile_destroy("r.yaml", text, around)
                       : compile_apply("r.yaml", text, around);
    }
    std::string mistakes(std::string_view text) {
        const auto outcome = compile(text);
        const auto* problems = std::get_if<schema::Problems>(&outcome);
        return problems ? schema::format(*problems) : "none";
    }
    Compiled run(std::string_view text, bool destroy = false) {
        auto outcome = compile(text, destroy);
        if (const auto* problems = std::get_if<schema::Problems>(&outcome))
            FAIL(schema::format(*problems));
        auto compiled = std::get<Compiled>(std::move(outcome));
        const auto done =
            kernel->commit({.principal = {}, .operations = compiled.operations, .request = {}});
        if (!done)
            FAIL(done.error().message());
        return compiled;
    }
    std::size_t count(std::string_view type) {
        return kernel->snapshot()->view().count(schema->find_type(type)->id);
    }
};

TEST_CASE_FIXTURE(World, "a recipe becomes objects, and again changes nothing") {
    run(recipe("local-cloud.yaml"));
    CHECK(count("Node") == 1);
    const Compiled first = run(recipe("two-tier.yaml"));
    CHECK(first.operations.size() == 11);
    CHECK(count("Instance") == 3);
    CHECK(count("Network") == 2);
    CHECK(count("Port") == 4);
    const Compiled again = run(recipe("two-tier.yaml"));
    CHECK(again.operations.empty());
    CHECK(std::all_of(again.items.begin(), again.items.end(),
                      [](const Item& item) { return item.action == Item::Action::Keep; }));
}

TEST_CASE_FIXTURE(World, "objects come after those they link to, with their natural keys") {
    run(recipe("local-cloud.yaml"));
    const Compiled compiled = run(recipe("two-tier.yaml"));
    const auto place = [&](std::string_view name) {
        return std::find_if(compiled.items.begin(), compiled.items.end(),
                            [&](const Item& item) { return item.name == name; });
    };
    CHECK(place("web") < place("app_net"));  // It is permitted there.
    CHECK(place("app_1")->key == "mysite_app/mysite_app-1");
    CHECK(place("web_joins_app")->key == "mysite_app_net/mysite_web");
    CHECK(place("image")->action == Item::Action::Keep);
    CHECK(place("image")->id.value > 0);
}

TEST_CASE_FIXTURE(World, "the example of the reference does what it says") {
    run(recipe("local-cloud.yaml"));
    run(recipe("two-tier.yaml"));
    auto page = read_file(kSource / "docs/reference/tosca.md");
    REQUIRE(page);
    const std::size_t start = page->find("```yaml") + 8;
    const std::string example = page->substr(start, page->find("```", start) - start);
    const auto outcome = compile(example);
    const auto* compiled = std::get_if<Compiled>(&outcome);
    REQUIRE(compiled);
    CHECK(compiled->operations.size() == 2);
    CHECK(compiled->items.back().key == "mysite_lab/mysite_lab-1");
}

TEST_CASE_FIXTURE(World, "destroy takes away what the recipe made and keeps what must exist") {
    run(recipe("local-cloud.yaml"));
    run(recipe("two-tier.yaml"));
    run(recipe("two-tier.yaml"), true);
    CHECK(count("Instance") == 0);
    CHECK(count("Port") == 0);
    CHECK(count("Slice") == 0);
    CHECK(count("Image") == 1);
    CHECK(run(recipe("two-tier.yaml"), true).operations.empty());
}

TEST_CASE_FIXTURE(World, "a changed property is an update of that alone") {
    run(recipe("local-cloud.yaml"));
    const Compiled compiled = run(R"(
tosca_definitions_version: tosca_simple_yaml_1_0
topology_template:
  node_templates:
    node:
      type: tosca.nodes.Site
      properties: {name: local, login_base: local, abbreviated_name: here}
)");
    REQUIRE(compiled.operations.size() == 1);
    CHECK(compiled.operations[0].kind == kernel::Operation::Kind::Update);
    CHECK(compiled.operations[0].fields.size() == 1);
}

TEST_CASE_FIXTURE(World, "all mistakes are told at once, each at its place") {
    CHECK(mistakes(R"(tosca_definitions_version: tosca_simple_yaml_1_0
topology_template:
  node_templates:
    a:
      type: tosca.nodes.Slise
    b:
      type: tosca.nodes.Slice
      properties:
        nam: x
        max_instances: many
        revision: 5
      requirements:
        - site: c
        - sites: b
    d:
      type: tosca.nodes.Site
      properties: {name: gone, must-exist: true}
)") == R"(r.yaml:5:13: there is no type "Slise", did you mean "Slice"?
          type: tosca.nodes.Slise
                ^
r.yaml:6:5: template "b" lacks "name", by which its Slice is found again
        b:
        ^
r.yaml:9:9: Slice has no property "nam", did you mean "name"?
            nam: x
            ^
r.yaml:10:24: "max_instances" wants a whole number
            max_instances: many
                           ^
r.yaml:11:9: "revision" is written by the system and cannot be set
            revision: 5
            ^
r.yaml:13:17: the recipe has no template "c": give an object that exists already a template with must-exist: true
            - site: c
                    ^
r.yaml:14:11: Slice has no link "sites", did you mean "site"?
            - sites: b
              ^
r.yaml:15:5: there is no Site "gone", and it must exist
        d:
        ^
)");
}

TEST_CASE_FIXTURE(World, "values are checked as the kernel does, at their places") {
    const std::string said = mistakes(R"(tosca_definitions_version: tosca_simple_yaml_1_0
topology_template:
  node_templates:
    s:
      type: tosca.nodes.Site
      properties: {name: s, login_base: s, abbreviated_name: s, site_url: nowhere}
)");
    CHECK(said.find("r.yaml:6:75: \"site_url\" wants a URL") != std::string::npos);
}

TEST_CASE_FIXTURE(World, "a key given twice hides no other mistake") {
    CHECK(mistakes(R"(tosca_definitions_version: tosca_simple_yaml_9
topology_template:
  node_templates:
    a:
      type: tosca.nodes.Site
      properties: {name: a, name: b, hue: red}
    nothing:
    a:
      type: tosca.nodes.Slise
)") == R"(r.yaml:1:28: there is no version "tosca_simple_yaml_9" that can be read; tosca_definitions_version: tosca_simple_yaml_1_0 to 1_3 can
    tosca_definitions_version: tosca_simple_yaml_9
                               ^
r.yaml:6:29: "name" is given twice, first in line 6
          properties: {name: a, name: b, hue: red}
                                ^
r.yaml:6:38: Site has no property "hue"
          properties: {name: a, name: b, hue: red}
                                         ^
r.yaml:7:5: template "nothing" lacks "type", as in: type: tosca.nodes.Slice
        nothing:
        ^
r.yaml:8:5: "a" is given twice, first in line 4
        a:
        ^
r.yaml:9:13: there is no type "Slise", did you mean "Slice"?
          type: tosca.nodes.Slise
                ^
)");
}

TEST_CASE_FIXTURE(World, "two templates for one object are refused") {
    const std::string start =
        "tosca_definitions_version: tosca_simple_yaml_1_0\n"
        "topology_template:\n  node_templates:\n";
    const std::string a = "    a: {type: tosca.nodes.Site, properties: {name: s}}\n";
    const std::string b = "    b: {type: tosca.nodes.Site, properties: {name: s}}\n";
    CHECK(mistakes(start + a + b)
              .find(R"(r.yaml:5:5: templates "a" and "b" mean the same Site "s")") == 0);
    CHECK(mistakes(start + a).find("mean the same") == std::string::npos);
}

TEST_CASE_FIXTURE(World, "a number that is too large is called so") {
    const std::string said = mistakes(R"(tosca_definitions_version: tosca_simple_yaml_1_0
topology_template:
  node_templates:
    s:
      type: tosca.nodes.Slice
      properties: {name: s, max_instances: 99999999999999999999999}
)");
    CHECK(said.find("r.yaml:6:44: \"max_instances\" is more than 2147483647") == 0);
}

TEST_CASE_FIXTURE(World, "of a very long line and very many mistakes, a part is shown") {
    CHECK(mistakes("tosca_definitions_version: " + std::string(3'000'000, 'x')).size() < 2'000);
    std::string many =
        "tosca_definitions_version: tosca_simple_yaml_1_0\n"
        "topology_template:\n  node_templates:\n";
    for (int i = 0; i < 300; ++i)
        many += "    t" + std::to_string(i) + ":\n";
    const std::string said = mistakes(many);
    CHECK(said.find("and 200 more") != std::string::npos);
    CHECK(said.find("\"t100\"") == std::string::npos);
}

TEST_CASE_FIXTURE(World, "what the kernel refuses is told at the place of the property") {
    const std::string text = R"(tosca_definitions_version: tosca_simple_yaml_1_0
topology_template:
  node_templates:
    site:
      type: tosca.nodes.Site
      properties: {name: lab, login_base: lab, abbreviated_name: lab}
    slice:
      type: tosca.nodes.Slice
      properties: {name: wrong}
      requirements: [{site: site}]
)";
    const auto outcome = compile(text);
    const auto* compiled = std::get_if<Compiled>(&outcome);
    REQUIRE(compiled);
    const Error refusal{ErrorCode::Invalid,
                        "no",
                        {{"/operations/1/fields/name", "wants another name"},
                         {"/operations/1/fields/site_id", "is far away"},
                         {"/operations/0", "Site \"lab\" is unknown"},
                         {"elsewhere", "is wrong"}}};
    CHECK(schema::format(locate(refusal, compiled->origins, "r.yaml", text)) ==
          R"(r.yaml: elsewhere is wrong
r.yaml:4:5: Site "lab" is unknown
        site:
        ^
r.yaml:9:26: "name" wants another name
          properties: {name: wrong}
                             ^
r.yaml:10:29: "site_id" is far away
          requirements: [{site: site}]
                                ^
)");
}

TEST_CASE_FIXTURE(World, "what is no YAML, or no recipe, is said so") {
    CHECK(mistakes("a: [1").find("r.yaml:") == 0);
    CHECK(mistakes("topology_template: {}").find("node_templates") != std::string::npos);
    CHECK(mistakes("").find("tosca_definitions_version") != std::string::npos);
}

TEST_CASE_FIXTURE(World, "templates that need each other are refused") {
    CHECK(mistakes(R"(tosca_definitions_version: tosca_simple_yaml_1_0
topology_template:
  node_templates:
    a:
      type: tosca.nodes.Instance
      properties: {name: a}
      requirements: [{parent: b}]
    b:
      type: tosca.nodes.Instance
      properties: {name: b}
      requirements: [{parent: a}]
)")
              .find("need each other") != std::string::npos);
}

}  // namespace
}  // namespace xos::recipe
