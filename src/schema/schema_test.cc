#include "schema/schema.h"

#include "schema/xos_base.h"

#include <doctest/doctest.h>

#include <string>

namespace xos::schema {
namespace {

using SchemaPointer = std::shared_ptr<const Schema>;

std::variant<SchemaPointer, Problems> build(std::string text, std::string app = "core") {
    return Schema::build({{.file = "test.xproto", .app = std::move(app), .text = std::move(text)}});
}

SchemaPointer make(std::string text) {
    auto built = build(std::move(text));
    if (const auto* problems = std::get_if<Problems>(&built))
        FAIL(format(*problems));
    return std::get<SchemaPointer>(built);
}

/// All messages, each with its place, or "" when there are none.
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

constexpr const char* kSlices = R"x(
policy slice_policy < ctx.user.is_admin | obj.site = ctx.user.site >
message Service { required string name = 1; }
message Site { required string name = 1 [max_length = 200, unique = True]; }
message User {
    required string email = 1 [tosca_key = True];
    required bool is_admin = 2 [default = False];
    required manytoone site->Site:users = 3:1001;
}
message Slice::slice_policy (XOSBase) {
    option plural = "Slices";
    required string name = 1 [max_length = 80, unique = True, help_text = "its " "name"];
    required manytoone site->Site:slices = 2:1002 [on_delete = protect];
    optional string network = 3 [choices = "(('None', 'None'), ('host', 'Host'))", default = 'host'];
    required int32 max_instances = 4 [default = 10, min_value = 0];
    optional double weight = 5 [default = -1.5];
    optional string until = 6 [auto_now_add = True, content_type = "date"];
    optional map labels = 7;
    optional json spec = 8 [default = "{\"a\": 1}"];
}
message Instance {
    required manytoone slice->Slice:instances = 1:1001 [tosca_key = True, on_delete = cascade];
    required string name = 2 [tosca_key = True];
}
message Network {
    required string name = 1;
    required manytoone owner->Slice:ownedNetworks = 2:1005;
    manytomany permitted_slices->Slice/Network_permitted_slices:availableNetworks = 3:1003;
    manytomany slices->Slice/NetworkSlice:networks = 4:1004;
}
message NetworkSlice {
    required manytoone network->Network:networkslices = 1:1001 [unique_with = "slice"];
    required manytoone slice->Slice:networkslices = 2:1002;
}
)x";

TEST_CASE("a type has the fields of XOSBase first and its own behind them") {
    const auto schema = make(kSlices);
    const Type& slice = *schema->find_type("Slice");
    CHECK(&slice == schema->find_type("core.Slice"));
    CHECK(&slice == schema->find_plural("core", "slices"));
    CHECK(slice.fields[base_field::kCreated].name == "created");
    CHECK(slice.fields[base_field::kXosManaged].name == "xos_managed");
    CHECK(slice.fields[base_field::kCount].name == "name");
    CHECK(slice.fields[base_field::kBackendOwner].target == schema->find_type("Service")->id);
    CHECK(slice.find_field_index("id") == kIdField);
    CHECK(slice.find_field("id") == nullptr);
    CHECK(slice.find_field("site_id") == slice.find_field("site"));
    CHECK(slice.find_field("sites") == nullptr);
}

TEST_CASE("scalar fields keep what their options say") {
    const auto schema = make(kSlices);
    const Type& slice = *schema->find_type("Slice");
    const Field& name = *slice.find_field("name");
    CHECK(name.type == FieldType::String);
    CHECK(name.required);
    CHECK(!name.blank);
    CHECK(name.max_length == 80);
    CHECK(name.help_text == "its name");
    const Field& network = *slice.find_field("network");
    CHECK(!network.required);
    CHECK(network.choices.size() == 2);
    CHECK(network.choices[1].second == "Host");
    CHECK(network.default_value == Value(std::string("host")));
    const Field& most = *slice.find_field("max_instances");
    CHECK(most.default_value == Value(std::int64_t{10}));
    CHECK(most.min_value == 0);
    CHECK(most.max_value == 2147483647);
    CHECK(slice.find_field("weight")->default_value == Value(-1.5));
    CHECK(slice.find_field("until")->type == FieldType::Time);
    CHECK(slice.find_field("until")->auto_now_add);
    CHECK(slice.find_field("spec")->default_value == Value(std::string("{\"a\":1}")));
    CHECK(slice.find_field("labels")->type == FieldType::Map);
}

TEST_CASE("links are seen from both sides") {
    const auto schema = make(kSlices);
    const Type& slice = *schema->find_type("Slice");
    const Type& network = *schema->find_type("Network");
    CHECK(slice.find_field("site")->type == FieldType::Link);
    CHECK(slice.find_field("site")->target == schema->find_type("Site")->id);
    const Relation& instances = *slice.find_relation("instances_ids");
    CHECK(instances.name == "instances");
    CHECK(instances.target == schema->find_type("Instance")->id);
    CHECK(instances.via == instances.target);
    CHECK(!instances.far);
    CHECK(schema->find_type("Instance")->fields[instances.near].name == "slice");
    const Field& permitted = *network.find_field("permitted_slices_ids");
    CHECK(permitted.type == FieldType::LinkSet);
    CHECK(slice.find_relation("availableNetworks")->target == network.id);
    const Relation& networks = *slice.find_relation("networks");
    const Type& via = *schema->find_type("NetworkSlice");
    CHECK(networks.target == network.id);
    CHECK(networks.via == via.id);
    CHECK(via.fields[networks.near].name == "slice");
    CHECK(via.fields[networks.far.value()].name == "network");
    CHECK(network.find_field("slices") == nullptr);
    CHECK(network.find_relation("slices")->target == slice.id);
}

TEST_CASE("keys come from unique, unique_with and tosca_key") {
    const auto schema = make(kSlices);
    const Type& instance = *schema->find_type("Instance");
    CHECK(instance.natural_key.size() == 2);
    CHECK(instance.keys.size() == 1);
    CHECK(instance.keys[0].fields == instance.natural_key);
    const Type& slice = *schema->find_type("Slice");
    CHECK(slice.keys.size() == 1);
    CHECK(slice.natural_key == std::vector<FieldIndex>{base_field::kCount});
    CHECK(schema->find_type("NetworkSlice")->keys[0].fields.size() == 2);
    CHECK(schema->find_type("NetworkSlice")->natural_key.empty());
}

TEST_CASE("a policy is resolved for the type that it guards") {
    const auto schema = make(kSlices);
    const Type& slice = *schema->find_type("Slice");
    REQUIRE(slice.policies.size() == 1);
    const Policy& policy = schema->policy(slice.policies[0]);
    CHECK(policy.name == "slice_policy");
    CHECK(policy.type == slice.id);
    CHECK(policy.text == "ctx.user.is_admin | obj.site = ctx.user.site");
    REQUIRE(policy.expression.kind == Expression::Kind::Or);
    const Expression& admin = policy.expression.operands[0];
    CHECK(admin.path.root == Root::User);
    CHECK(admin.path.steps.size() == 1);
    CHECK(admin.path.steps[0].type == schema->find_type("User")->id);
    CHECK(policy.expression.operands[1].comparison == Comparison::Equal);
}

TEST_CASE("a file with five mistakes reports five") {
    CHECK(mistakes(R"(message Slice::slice_polcy {
    required strng name = 1;
    required string a = 2 [max_lenght = 3];
    requird string b = 3;
    required manytoone site->Sit:slices = 4:1001;
}
message Site { required bool on = 1 [default = "yes"]; }
policy slice_policy < obj.name >
)") == "1:16 there is no policy \"slice_polcy\", did you mean \"slice_policy\"?\n"
       "2:14 there is no field type \"strng\", did you mean \"string\"?\n"
       "3:28 there is no field option \"max_lenght\", did you mean \"max_length\"?\n"
       "4:5 expected \"required\" or \"optional\", found \"requird\", did you mean "
       "\"required\"?\n"
       "5:30 there is no type \"Sit\", did you mean \"Site\"?\n"
       "7:48 the default of \"on\" is True or False, not \"yes\"\n");
}

TEST_CASE("a problem is shown with its line and a caret") {
    const auto built = build("message Site {\n\trequired strng name = 1;\n}\n");
    CHECK(format(std::get<Problems>(built)) ==
          "test.xproto:2:11: there is no field type \"strng\", did you mean \"string\"?\n"
          "    \trequired strng name = 1;\n"
          "    \t         ^\n");
}

}  // namespace
}  // namespace xos::schema
