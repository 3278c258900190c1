#include "schema/schema.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace xos::schema {
namespace {

using SchemaPointer = std::shared_ptr<const Schema>;

constexpr std::string_view kCore = R"x(
policy admin_policy < ctx.user.is_admin >
message User::admin_policy {
    required string email = 1 [tosca_key = True];
    required bool is_admin = 2 [default = False];
}
message Service::admin_policy { required string name = 1 [unique = True]; }
message Site::admin_policy { required string name = 1 [unique = True]; optional int32 room = 2; }
message Slice::admin_policy {
    required string name = 1 [unique = True];
    required manytoone site->Site:slices = 2;
}
message Instance::admin_policy {
    required string name = 1;
    required manytoone slice->Slice:instances = 2 [on_delete = cascade];
    optional string ip = 3 [feedback_state = True];
    optional int32 cores = 4;
}
message ServiceInstance::admin_policy { required manytoone owner->Service:instances = 1; }
)x";

std::variant<SchemaPointer, Problems> build(std::string text) {
    return Schema::build(
        {{"core.xproto", "core", std::string(kCore)}, {"vsg.xproto", "vsg", std::move(text)}});
}

SchemaPointer make(std::string text) {
    auto built = build(std::move(text));
    if (const auto* problems = std::get_if<Problems>(&built))
        FAIL(format(*problems));
    return std::get<SchemaPointer>(built);
}

/// All mistakes as "line:column message", one a line.
std::string mistakes(std::string text) {
    auto built = build(std::move(text));
    std::string out;
    if (const auto* problems = std::get_if<Problems>(&built)) {
        for (const Problem& problem : *problems)
            out += std::to_string(problem.line) + ":" + std::to_string(problem.column) + " " +
                   problem.message + "\n";
    }
    return out;
}

TEST_CASE("content_type and object_id are one link to an object of any type") {
    const auto schema = make(R"x(
message Tag::tag_policy {
    required string content_type = 1 [max_length = 1024, immutable = True];
    required uint32 object_id = 2 [immutable = True];
}
policy tag_policy < *admin_policy(obj) | *(obj.content_object) & obj.content_object.id > 7 >
)x");
    const Type& tag = *schema->find_type("Tag");
    REQUIRE(tag.any_link);
    const Field& link = tag.fields[tag.any_link->link];
    CHECK(link.name == "content_object");
    CHECK(link.type == FieldType::Link);
    CHECK(link.target == TypeId{0});
    CHECK(link.on_delete == OnDelete::Cascade);
    CHECK(link.immutable);
    const Expression& policy = schema->policy(tag.policies[0]).expression;
    CHECK(policy.operands[1].operands[0].policy == kOwnPolicies);
    CHECK(mistakes("message T { optional string content_type = 1; optional int32 object_id = 2; "
                   "optional string content_object = 3; }") ==
          "1:9 content_type and object_id bring the link content_object: leave it out\n");
    CHECK(mistakes("message T::p { optional string a = 1; }\npolicy p < *(obj) >") ==
          "2:8 policy \"p\" asks itself about the same object\n");
    CHECK(mistakes("message T::p { optional string a = 1; }\npolicy p < *(obj.a) >") ==
          "2:14 a policy is applied to an object, \"obj.a\" is a string\n");
}

TEST_CASE("a quantifier names its variable, so that two of one type are told apart") {
    const auto schema = make(R"x(
message Pair::twins { optional manytoone site->Site:pairs = 1; }
policy twins <
    exists Slice as one: exists Slice as other:
        one.site = obj.site & other.site = obj.site & one != other
>
)x");
    const Expression& outer = schema->policy(schema->find_type("Pair")->policies[0]).expression;
    const Expression& all = outer.operands[0].operands[0];
    CHECK(all.operands[0].operands[0].path.variable == 0);
    CHECK(all.operands[1].operands[0].path.variable == 1);
    CHECK(mistakes("message T::p {}\npolicy p < exists Slice as obj: obj.name = \"a\" >") ==
          "2:28 \"obj\" has a meaning of its own: choose another\n");
}

TEST_CASE("Python is refused where it stands, with what to write instead") {
    CHECK(mistakes("message T::p {}\npolicy p <\n    {{ ctx.user.is_admin > 3 % 'a' }} >\n"
                   "message U::q {}\npolicy q < obj.id = 1 |\n"
                   "  {{ Slice.objects.filter(site=obj.site) > }} >") ==
          "3:5 Python is not accepted here: write paths such as ctx.user.is_admin, =, in, &, |, "
          "->, not; what cannot be said so is a rule of the service\n"
          "6:3 Python is not accepted here: write \"exists Slice: Slice.field = …\"; what cannot "
          "be said so is a rule of the service\n");
    CHECK(mistakes("message T::p {}\npolicy p < {{ len(obj.slices.all()) }} >")
              .find("a path that is true when it has members") != std::string::npos);
}

TEST_CASE("defaults that are functions are known, or warned of and null") {
    const auto schema = make(R"x(
message T {
    required manytoone site->Site:ts = 1 [default = get_first_site];
    optional manytoone service->Service:ts = 2 [default = "get_default_service()"];
    required string made = 3 [content_type = "date", default = now()];
    optional string gone = 4 [content_type = "date", default = "None"];
    optional string tag = 5 [max_length = 20, default = make_a_tag()];
}
)x");
    const Type& type = *schema->find_type("T");
    CHECK(type.find_field("site")->default_function == DefaultFunction::First);
    CHECK(type.find_field("site")->default_type == schema->find_type("Site")->id);
    CHECK(type.find_field("service")->default_function == DefaultFunction::Preferred);
    CHECK(type.find_field("made")->default_function == DefaultFunction::Now);
    CHECK(type.find_field("gone")->default_function == DefaultFunction::None);
    CHECK(type.find_field("tag")->default_function == DefaultFunction::Null);
    REQUIRE(schema->warnings().size() == 1);
    CHECK(schema->warnings()[0].message ==
          "there is no function \"make_a_tag\" here: the default of \"tag\" is null");
    CHECK(schema->warnings()[0].line == 7);
}

TEST_CASE("a class of service owns the instances that say so") {
    const auto schema = make(R"x(
message VSGService (Service) { optional string url = 1; }
message VSGServiceInstance (ServiceInstance) {
    option owner_class_name = "VSGService";
    optional string mac = 1;
}
message SmallVSG (VSGServiceInstance) { optional string size = 1; }
)x");
    for (const char* name : {"VSGServiceInstance", "SmallVSG"}) {
        const Field& owner = *schema->find_type(name)->find_field("owner");
        CHECK(owner.default_function == DefaultFunction::Only);
        CHECK(owner.default_type == schema->find_type("VSGService")->id);
    }
    CHECK(schema->find_type("ServiceInstance")->find_field("owner")->default_function ==
          DefaultFunction::None);
    CHECK(mistakes("message V (ServiceInstance) { option owner_class_name = \"VSGServce\"; }") ==
          "1:57 there is no type \"VSGServce\"\n");
    CHECK(mistakes("message V (ServiceInstance) { option owner_class_name = \"Site\"; }") ==
          "1:57 \"Site\" is no \"Service\", which owner links to\n");
    CHECK(mistakes("message V { option owner_class_name = \"Service\"; }") ==
          "1:9 owner_class_name is for types with a link owner, as ServiceInstance has\n");
}

/// The types whose changes have an invariant with this policy checked again, or the mistake.
std::string watched(const std::string& policy) {
    auto built = build(
        "message Limit { option invariants = \"p: too much\"; "
        "required manytoone slice->Slice:limits = 1; optional int32 most = 2; }\n"
        "policy p < " +
        policy + " >");
    if (const auto* problems = std::get_if<Problems>(&built))
        return (*problems)[0].message;
    const Schema& schema = *std::get<SchemaPointer>(built);
    if (schema.find_type("Limit")->invariants[0].reports_only)
        return "reports";
    std::vector<std::string> out;
    for (const InvariantRead& read : schema.invariant_reads()) {
        out.push_back(read.hops.empty() ? "Limit" : schema.type(read.hops[0].type).name);
        out.back() += ":" + read.path.text;
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    std::string all;
    for (const std::string& one : out)
        all += one + " ";
    return all;
}

TEST_CASE("what an invariant reads is known, through quantifiers and policies") {
    CHECK(watched("obj.most > 3 & obj.slice.site.room = 2") ==
          "Limit:obj.most Limit:obj.slice.site.room ");
    CHECK(watched("forall Instance: Instance.slice = obj.slice -> Instance.cores < 3") ==
          "Instance: Instance:Instance.cores Instance:Instance.slice Limit:obj.slice ");
    CHECK(watched("exists Instance: obj.slice.id = Instance.slice.id & Instance.cores < 3") ==
          "Instance: Instance:Instance.cores Instance:Instance.slice.id Limit:obj.slice.id ");
    CHECK(watched("exists Instance: Instance in obj.slice.instances & exists Slice as other: "
                  "other = Instance.slice & other.name = \"a\"") ==
          "Instance: Instance:Instance Instance:Instance.slice Limit:obj.slice.instances Slice: "
          "Slice:other Slice:other.name ");
    CHECK(watched("*q(obj.slice) >\npolicy q < obj.site.room = 1") ==
          "Limit:obj.site.room Limit:obj.slice ");
}

TEST_CASE("an invariant over feedback only reports") {
    CHECK(watched("obj.slice.instances.ip -> obj.most > 1") == "reports");
    CHECK(watched("obj.slice.ready") == "reports");
}

TEST_CASE("an invariant that asks who is there, or costs too much, is refused") {
    CHECK(watched("ctx.user.is_admin | obj.most = 1") ==
          "invariant \"p\": an invariant holds at all times and for everyone: "
          "\"ctx.user.is_admin\" has no meaning there, only obj has");
    CHECK(watched("exists Instance: Instance.cores = obj.most") ==
          "invariant \"p\": a change of any Instance would have every Limit checked: say which "
          "are meant by an equality of links, as in Instance.link = obj & …");
    CHECK(watched("forall Instance: Instance.slice = obj.slice | Instance.cores = 1") ==
          "invariant \"p\": a change of any Instance would have every Limit checked: say which "
          "are meant by an equality of links, as in Instance.link = obj -> …");
    CHECK(watched("*admin_policy(obj.slice)").find("everyone") != std::string::npos);
    CHECK(watched("*(obj.slice)").find("names the policies") != std::string::npos);
}

TEST_CASE("a file with five mistakes reports five, each with its place and a suggestion") {
    const auto built = build(R"x(message VSG (ServiceInstnace) {
    required strng name = 1;
    optional manytoone slice->Slize:vsgs = 2;
    optional bool on = 3 [default = Yes];
}
policy vsg_policy < obj.nme = "a" >
message Other::vsg_polcy { optional string a = 1 [max_lenght = 3]; }
)x");
    const auto& problems = std::get<Problems>(built);
    const std::string all = format(problems);
    CHECK(problems.size() == 6);
    for (const char* part :
         {"\"ServiceInstnace\", did you mean \"ServiceInstance\"?",
          "\"strng\", did you mean \"string\"?", "\"Slize\", did you mean \"Slice\"?",
          "the default of \"on\" is True or False, not \"Yes\"",
          "\"vsg_polcy\", did you mean \"vsg_policy\"?",
          "\"max_lenght\", did you mean \"max_length\"?"})
        CHECK_MESSAGE(all.find(part) != std::string::npos, part);
    CHECK(problems[1].format() ==
          "vsg.xproto:2:14: there is no field type \"strng\", did you mean \"string\"?\n"
          "        required strng name = 1;\n"
          "                 ^\n");
}

}  // namespace
}  // namespace xos::schema
