#include "base/json_members.h"

#include "base/json.h"

#include <doctest/doctest.h>

namespace xos {
namespace {

using Kind = JsonMembers::Value::Kind;

Json json_of(const JsonMembers::Value& value) {
    switch (value.kind) {
        case Kind::Null: return {};
        case Kind::Bool: return value.boolean;
        case Kind::Int: return value.integer;
        case Kind::Double: return value.number;
        case Kind::String: return value.text;
        case Kind::Compound: return *Json::parse(value.text);
    }
    return {};
}

Result<Json> read(JsonMembers& members, std::string_view text) {
    Json json(Json::Object{});
    TRY(members.read(text, [&](std::string_view name, const auto& value) -> Result<void> {
        json.set(name, json_of(value));
        return {};
    }));
    return json;
}

TEST_CASE("members of all kinds are those that the parser of values finds") {
    JsonMembers members;
    for (const char* text :
         {"{}", R"({"a":null,"b":true,"c":false,"d":-12,"e":1.5,"f":"x\"yü","g":[1,{"h":2}]})",
          R"({"g":{"a":[]},"last":"z"})", R"({"big":9223372036854775807,"more":1e300})",
          R"({"na\u006de":"\ud83d\ude00"})"}) {
        CAPTURE(text);
        const auto found = read(members, text);
        REQUIRE_MESSAGE(found, found.error().message());
        CHECK(*found == *Json::parse(text));
    }
}

TEST_CASE("what is no object is refused, and the next text is read") {
    JsonMembers members;
    for (const char* text :
         {"", "[]", "1", "{", R"({"a":})", R"({"a":1)", R"({"a":1} x)", R"({"a":1}{})",
          R"({"a":"x)", R"({"a":tru})", R"({"a" 1})", "{\"a\":\"\xff\"}"}) {
        CAPTURE(text);
        CHECK(!read(members, text));
        CHECK(read(members, R"({"a":1})"));
    }
}

TEST_CASE("an error of the visitor is the result") {
    JsonMembers members;
    int seen = 0;
    const auto read = members.read(R"({"a":1,"b":2})", [&](auto, const auto&) -> Result<void> {
        ++seen;
        return Error{ErrorCode::Gone, "enough"};
    });
    CHECK(read.error().code() == ErrorCode::Gone);
    CHECK(seen == 1);
}

}  // namespace
}  // namespace xos
