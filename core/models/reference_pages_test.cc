// Runs the examples of docs/reference/xproto.md and expressions.md.
#include "core/models/core_models.h"
#include "expression/evaluator.h"
#include "model/store.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace xos::core {
namespace {

using schema::Problems;
using schema::Schema;

/// A block of a page: what stands behind the ``` of its first line, and what is in it.
struct Block {
    std::string kind;
    std::string text;
};

std::vector<Block> blocks_of(const std::string& page) {
    std::ifstream file(XOS_DOCS "/reference/" + page);
    std::vector<Block> blocks;
    bool inside = false;
    for (std::string line; std::getline(file, line);) {
        const bool fence = line.starts_with("```");
        if (fence && !inside)
            blocks.push_back({line.substr(3), ""});
        else if (!fence && inside)
            blocks.back().text += line + "\n";
        inside = fence ? !inside : inside;
    }
    return blocks;
}

/// The mistakes of `text` as a service's model, or "".
std::string problems_of(const std::string& text) {
    auto sources = core_models();
    sources.push_back({.file = "vpn.xproto", .app = "vpn", .text = text});
    const auto built = Schema::build(std::move(sources));
    const auto* problems = std::get_if<Problems>(&built);
    return problems == nullptr ? "" : format(*problems);
}

TEST_CASE("the examples of the page on xproto do what it says") {
    std::size_t examples = 0;
    const auto blocks = blocks_of("xproto.md");
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        CAPTURE(blocks[i].text);
        if (blocks[i].kind == "xproto")
            CHECK(problems_of(blocks[i].text) == "");
        else if (blocks[i].kind == "mistake")
            CHECK(problems_of(blocks[i].text) == blocks.at(i + 1).text);
        examples += blocks[i].kind == "xproto" || blocks[i].kind == "mistake" ? 1 : 0;
    }
    CHECK(examples >= 8);
}

/// The site, slices and instances that the page on expressions speaks of.
struct World {
    World()
        : schema(std::get<0>(Schema::build(core_models()))), store(schema), draft(store.begin()) {
        site = &make("Site", {{"name", std::string("here")}, {"hosts_nodes", true}});
        web = &make("Slice", {{"name", std::string("here_web")},
                              {"site", site->id()},
                              {"enabled", true},
                              {"max_instances", std::int64_t{10}}});
        make("Slice", {{"name", std::string("here_db")}, {"site", site->id()}});
        for (const char* name : {"a", "b"})
            make("Instance", {{"name", std::string(name)}, {"slice", web->id()}});
    }

    const model::Row& make(const char* type_name,
                           const std::vector<std::pair<const char*, model::Value>>& fields) {
        const schema::Type& type = *schema->find_type(type_name);
        constexpr std::int64_t kCreated = 1'800'000'000'000'000;
        model::FieldValues values = {{schema::base_field::kCreated, kCreated}};
        for (const schema::Field& field : type.fields) {
            if (field.type == schema::FieldType::LinkSet)
                values.emplace_back(*type.find_field_index(field.name), std::vector<ObjectId>{});
        }
        for (const auto& [field, value] : fields)
            values.emplace_back(*type.find_field_index(field), value);
        return draft.create(type, ObjectId{++last}, values);
    }

    std::variant<schema::Expression, Problems> parse(const std::string& text) const {
        return schema->parse_expression(
            text,
            {.self = web->type(), .names = Schema::Scope::Names::WithObj, .other = {}, .file = {}});
    }

    std::shared_ptr<const Schema> schema;
    model::Store store;
    model::Draft draft;
    std::uint64_t last = 0;
    const model::Row* site = nullptr;
    const model::Row* web = nullptr;
};

std::vector<std::string> lines_of(const std::string& kind) {
    std::vector<std::string> lines;
    for (const Block& block : blocks_of("expressions.md")) {
        std::stringstream text(block.kind == kind ? block.text : "");
        for (std::string line; std::getline(text, line);)
            lines.push_back(line);
    }
    return lines;
}

TEST_CASE("the examples of the page on expressions are true and false as it says") {
    World world;
    const auto lines = lines_of("truth");
    CHECK(lines.size() >= 15);
    for (const std::string& line : lines) {
        CAPTURE(line);
        const auto parsed = world.parse(line.substr(7));
        if (const auto* problems = std::get_if<Problems>(&parsed))
            FAIL(format(*problems));
        expression::Evaluator evaluator(world.draft.view());
        CHECK(evaluator.holds(std::get<schema::Expression>(parsed), {.object = world.web}) ==
              line.starts_with("true "));
    }
}

TEST_CASE("what the page on expressions calls a mistake is one") {
    World world;
    const auto lines = lines_of("refused");
    CHECK(lines.size() >= 5);
    for (const std::string& line : lines) {
        CAPTURE(line);
        const std::size_t gap = line.find("   ");
        const auto parsed = world.parse(line.substr(0, gap));
        const auto* problems = std::get_if<Problems>(&parsed);
        REQUIRE(problems != nullptr);
        CHECK((*problems)[0].message == line.substr(line.find_first_not_of(' ', gap)));
    }
}

}  // namespace
}  // namespace xos::core
