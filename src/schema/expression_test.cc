#include "schema/print.h"
#include "schema/schema.h"

#include <doctest/doctest.h>

#include <string>

namespace xos::schema {
namespace {

constexpr const char* kModels = R"x(
policy admin_policy < ctx.user.is_admin >
policy site_policy < *admin_policy(obj) | obj = ctx.user.site >
policy slice_policy < *site_policy(site) | ctx.user in obj.members >
message Service { required string name = 1; }
message Site::site_policy { required string name = 1; }
message User {
    required string email = 1;
    required bool is_admin = 2 [default = False];
    required manytoone site->Site:users = 3;
    optional string password = 4 [hashed = True];
    optional string born = 5 [content_type = "date"];
}
message Slice::slice_policy {
    required string name = 1;
    required manytoone site->Site:slices = 2;
    manytomany members->User:slices = 3;
    required int32 size = 4 [default = 1];
    optional json spec = 5;
}
message BigSlice (Slice) { optional manytoone parent->Slice = 1; }
message Instance {
    required manytoone slice->Slice:instances = 1;
    optional string ip = 2;
    optional manytoone parent->Instance:children = 3;
}
)x";

const Schema& models() {
    static const auto schema = [] {
        auto built = Schema::build({{.file = "m", .app = "core", .text = kModels}});
        if (const auto* problems = std::get_if<Problems>(&built))
            FAIL(format(*problems));
        return std::get<0>(built);
    }();
    return *schema;
}

std::variant<Expression, Problems> parse(std::string_view text,
                                         std::string_view type = "Instance") {
    return models().parse_expression(text, {.self = models().find_type(type)->id});
}

Expression tree(std::string_view text, std::string_view type = "Instance") {
    auto parsed = parse(text, type);
    if (const auto* problems = std::get_if<Problems>(&parsed))
        FAIL(format(*problems));
    return std::get<Expression>(std::move(parsed));
}

/// "column message" of the only mistake, or "" when there is none.
std::string mistake(std::string_view text, std::string_view type = "Instance") {
    const auto parsed = parse(text, type);
    const auto* problems = std::get_if<Problems>(&parsed);
    if (problems == nullptr)
        return "";
    REQUIRE(problems->size() == 1);
    return std::to_string(problems->front().column) + " " + problems->front().message;
}

using Kind = Expression::Kind;

TEST_CASE("not binds tightest, then comparisons, &, | and ->") {
    const Expression root = tree("not ip & slice.size > 1 | ready -> slice.name = 'a'");
    REQUIRE(root.kind == Kind::Implies);
    REQUIRE(root.operands[0].kind == Kind::Or);
    const Expression& both = root.operands[0].operands[0];
    REQUIRE(both.kind == Kind::And);
    CHECK(both.operands[0].kind == Kind::Not);
    CHECK(both.operands[1].comparison == Comparison::Greater);
    CHECK(root.operands[1].operands[1].literal == Value(std::string("a")));
    CHECK(tree("ip -> ready -> id = 1").operands[1].kind == Kind::Implies);
    CHECK(tree("(ip -> ready) -> id = 1").operands[0].kind == Kind::Implies);
    CHECK(tree("not (ip = \"::1\")").operands[0].kind == Kind::Compare);
}

TEST_CASE("a path knows its steps and whether it has many values") {
    const Path path = tree("slice.members.email").path;
    REQUIRE(path.steps.size() == 3);
    CHECK(path.root == Root::Object);
    CHECK(path.many);
    CHECK(path.text == "slice.members.email");
    CHECK(path.steps[1].type == models().find_type("Slice")->id);
    CHECK(tree("slice.instances.all()", "Instance").path.steps.back().kind == Step::Kind::Relation);
    CHECK(tree("obj.slice.site_id = 7").operands[0].path.steps.back().index == kIdField);
    CHECK(tree("slice.instances_ids").path.steps.size() == 3);
    CHECK(!tree("slice.site.name").path.many);
    CHECK(tree("leaf_model_name = 'Instance'").operands[0].path.steps[0].index ==
          kLeafModelNameField);
}

TEST_CASE("quantifiers bind a variable, the inner ones too") {
    const Expression root = tree(
        "exists Slice: Slice = slice & forall Instance: Instance.slice = Slice -> Instance.ip");
    REQUIRE(root.kind == Kind::Exists);
    CHECK(root.quantified == models().find_type("Slice")->id);
    const Expression& both = root.operands[0];
    REQUIRE(both.kind == Kind::And);
    CHECK(both.operands[0].operands[0].path.root == Root::Variable);
    const Expression& all = both.operands[1];
    REQUIRE(all.kind == Kind::ForAll);
    const Expression& equal = all.operands[0].operands[0];
    CHECK(equal.operands[0].path.variable == 1);
    CHECK(equal.operands[1].path.variable == 0);
    CHECK(mistake("exists Slcie: True") == "8 there is no type \"Slcie\", did you mean \"Slice\"?");
}

TEST_CASE("with another object, bare names are its fields and obj is this one") {
    const Schema& schema = models();
    auto parsed = schema.parse_expression(
        "slice in obj.slice.site.slices",
        {.self = schema.find_type("Instance")->id, .other = schema.find_type("Instance")->id});
    const auto& root = std::get<Expression>(parsed);
    CHECK(root.comparison == Comparison::In);
    CHECK(root.operands[0].path.root == Root::Variable);
    CHECK(root.operands[1].path.root == Root::Object);
}

TEST_CASE("a policy is applied to what a path leads to") {
    const Type& slice = *models().find_type("Slice");
    const Policy& policy = models().policy(slice.policies[0]);
    const Expression& call = policy.expression.operands[0];
    REQUIRE(call.kind == Kind::Policy);
    CHECK(call.path.steps.size() == 1);
    CHECK(models().policy(call.policy).name == "site_policy");
    CHECK(models().policy(call.policy).type == models().find_type("Site")->id);
    CHECK(tree("*slice_policy(slice)").kind == Kind::Policy);
    CHECK(tree("*slice_policy(obj)", "BigSlice").policy == slice.policies[0]);
    CHECK(mistake("*slice_policy(slice.site)") ==
          "2 no model applies a policy \"slice_policy\" to objects of \"Site\"");
    CHECK(mistake("*slice_policy(slice.name)") ==
          "15 a policy is applied to an object, \"slice.name\" is a string");
    CHECK(mistake("*slice_policy(children.slice)") ==
          "15 \"children.slice\" can have several values: use exists or forall");
}

TEST_CASE("a misspelled name gets a suggestion") {
    CHECK(mistake("slice.sitee.name = 'a'") ==
          "7 \"Slice\" has no field \"sitee\", did you mean \"site\"?");
    CHECK(mistake("ctx.usr.is_admin") ==
          "5 \"ctx\" has user, service, old, read_access, write_access, create, delete and field, "
          "not \"usr\", did you mean \"user\"?");
    CHECK(mistake("slice.name.length = 3") == "12 a string has no \"length\"");
}

TEST_CASE("only what fits can be compared") {
    CHECK(mistake("slice = 'a'") == "7 cannot compare a link to Slice with a string");
    CHECK(mistake("slice = slice.site") == "7 cannot compare a link to Slice with a link to Site");
    CHECK(mistake("slice.size = '3'") == "12 cannot compare a number with a string");
    CHECK(mistake("ready = 1") == "7 cannot compare True or False with a number");
    CHECK(mistake("slice < slice") == "7 a link to Slice has no order: only = and != take it");
    CHECK(mistake("ip < null") == "4 null has no order: only = and != take it");
    CHECK(mistake("slice.spec = 'a'") == "12 cannot compare JSON with a string");
    CHECK(mistake("slice = null & ip != None & ready = True & slice.size >= -1.5") == "");
    CHECK(mistake("parent = obj", "BigSlice") == "");
    CHECK(mistake("ctx.user.born < created") == "");
    CHECK(mistake("ctx.user.password = 'x'") == "19 a secret can only be compared with null");
    CHECK(mistake("ctx.user.password != null") == "");
}

TEST_CASE("beside a date a string is a date") {
    const Expression root = tree("created >= '1970-01-01T00:00:01+00:00'");
    CHECK(root.operands[1].literal == Value(std::int64_t{1'000'000}));
    CHECK(mistake("'yesterday' < created") ==
          "1 \"yesterday\" is no date: write it as 2030-01-31T12:00:00Z");
}

TEST_CASE("in needs many values, = needs one") {
    CHECK(mistake("slice.members = ctx.user") ==
          "1 \"slice.members\" can have several values: write \"… in slice.members\"");
    CHECK(mistake("ctx.user in slice.members") == "");
    CHECK(mistake("'a' in slice.members.email") == "");
    CHECK(tree("ctx.user not in slice.members").kind == Kind::Not);
    CHECK(mistake("ctx.user in slice.site") ==
          "13 \"in\" needs a path that can have several values behind it");
    CHECK(mistake("slice in slice.members") ==
          "1 a link to Slice cannot be among the values of \"slice.members\", each is a link to "
          "User");
}

TEST_CASE("broken text is reported once, where it breaks") {
    CHECK(mistake("") == "1 expected a path, a value or \"(\", found the end of the text");
    CHECK(mistake("ip &") == "5 expected a path, a value or \"(\", found the end of the text");
    CHECK(mistake("(ip | ready") == "12 expected \")\", found the end of the text");
    CHECK(mistake("ip ip") == "4 expected an operator or the end, found \"ip\"");
    CHECK(mistake("slice.") == "7 expected a name, found the end of the text");
    CHECK(mistake("ip and ready") == "4 write \"&\" for \"and\"");
    CHECK(mistake("not ip = 'a'") ==
          "1 \"not\" binds tighter than a comparison: write not (… = …)");
    CHECK(mistake("(ip & ready) = True") ==
          "2 a comparison is between paths and values: put the rest into ( )");
    CHECK(mistake("slice.save()") == "11 there are no functions here");
    CHECK(mistake("'abc") == "1 this string does not end in its line");
    CHECK(mistake("{{ obj.ip }}").starts_with("1 Python is not accepted here"));
    CHECK(mistake(std::string(5000, '(')).find("nested deeper than 64") != std::string::npos);
    std::string nots;
    for (int i = 0; i < 5000; ++i)
        nots += "not ";
    CHECK(mistake(nots + "ip").find("nested deeper than 64") != std::string::npos);
}

}  // namespace
}  // namespace xos::schema
