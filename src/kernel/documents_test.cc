#include "kernel/documents.h"

#include "journal/testing/memory_engine.h"

#include <doctest/doctest.h>

#include <variant>

namespace xos::kernel {
namespace {

using model::FieldValues;
using model::Value;

std::shared_ptr<const schema::Schema> schema_of(const std::string& fields) {
    auto built = schema::Schema::build(
        {{"test.xproto", "core", "message Thing (XOSBase) {\n" + fields + "}\n"}});
    REQUIRE(std::holds_alternative<std::shared_ptr<const schema::Schema>>(built));
    return std::get<std::shared_ptr<const schema::Schema>>(built);
}

/// Documents written with one schema and read with another.
struct World {
    void begin(const std::string& then, const std::string& now) {
        written = *journal.add_schema(schema_text(*schema_of(then)));
        schema = schema_of(now);
        present = *journal.add_schema(schema_text(*schema));
    }
    Result<FieldValues> read(std::string_view document) {
        return Documents(*schema, journal, present)
            .read(*schema->find_type("Thing"), written, document);
    }
    Value value(std::string_view document, std::string_view field) {
        const auto values = read(document);
        REQUIRE_MESSAGE(values, values.error().message());
        return (*values)[*schema->find_type("Thing")->find_field_index(field)].second;
    }

    journal::MemoryEngine journal;
    std::shared_ptr<const schema::Schema> schema;
    journal::SchemaVersion written, present;
};

TEST_CASE_FIXTURE(World, "a field that came later takes its default, one that went is left out") {
    begin("optional string gone = 1;", R"(
        optional string name = 2 [default = "none"];
        optional int32 size = 3 [default = 7];
    )");
    CHECK(value(R"({"gone":"x"})", "name") == Value(std::string("none")));
    CHECK(value(R"({"gone":"x"})", "size") == Value(std::int64_t{7}));
}

TEST_CASE_FIXTURE(World, "what was null stays null when its field gets a default") {
    begin("optional int32 size = 1;", "optional int32 size = 1 [default = 7];");
    CHECK(value("{}", "size") == Value{});
    CHECK(value(R"({"size":3})", "size") == Value(std::int64_t{3}));
}

TEST_CASE_FIXTURE(World, "a value becomes one of the field's new type where nothing is lost") {
    begin("optional int32 a = 1; optional string b = 2; optional bool c = 3;",
          "optional string a = 1; optional int32 b = 2; optional int32 c = 3;");
    const std::string document = R"({"a":12,"b":"34","c":true})";
    CHECK(value(document, "a") == Value(std::string("12")));
    CHECK(value(document, "b") == Value(std::int64_t{34}));
    CHECK(value(document, "c") == Value(std::int64_t{1}));
}

TEST_CASE_FIXTURE(World, "a value that the new type cannot have is named") {
    begin("optional string size = 1;", "optional int32 size = 1;");
    const auto refused = read(R"({"size":"big"})");
    REQUIRE(!refused);
    CHECK(refused.error().code() == ErrorCode::Internal);
    CHECK(refused.error().message() ==
          "core.Thing.size wants a whole number, and what was written with schema version 1 is "
          "\"big\"");
}

TEST_CASE_FIXTURE(World, "documents of a schema that nobody can read any more take defaults") {
    schema = schema_of("optional int32 size = 1 [default = 7];");
    written = *journal.add_schema(R"([{"file":"a","app":"core","text":"message {{{"}])");
    present = *journal.add_schema(schema_text(*schema));
    CHECK(value("{}", "size") == Value(std::int64_t{7}));
    CHECK(!*Documents(*schema, journal, present).has_sealed(written));
    CHECK(*Documents(*schema, journal, present).has_sealed(present));
}

}  // namespace
}  // namespace xos::kernel
