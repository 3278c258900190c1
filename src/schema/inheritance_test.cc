#include "schema/schema.h"
#include "schema/xos_base.h"

#include <doctest/doctest.h>

#include <string>

namespace xos::schema {
namespace {

std::variant<std::shared_ptr<const Schema>, Problems> build(std::string text) {
    const std::string core = R"x(
policy base_policy < ctx.read_access >
policy base_rule < obj.name != 'x' >
message User { required string name = 1; }
message Service { required string name = 1 [unique = True, tosca_key = True]; }
message ServiceInstance::base_policy (XOSBase, AttributeMixin) {
    option validators = "base_rule: {obj.name} is no name, not even here";
    optional string name = 1 [max_length = 200, write_policy = "base_policy"];
    required manytoone owner->Service:service_instances = 2;
}
message Port { optional manytoone instance->ServiceInstance:ports = 1; }
)x";
    return Schema::build({{.file = "core", .app = "core", .text = core},
                          {.file = "vsg", .app = "vsg", .text = std::move(text)}});
}

std::shared_ptr<const Schema> make(std::string text) {
    auto built = build(std::move(text));
    if (const auto* problems = std::get_if<Problems>(&built))
        FAIL(format(*problems));
    return std::get<0>(built);
}

std::string mistake(std::string text) {
    const auto built = build(std::move(text));
    const auto* problems = std::get_if<Problems>(&built);
    if (problems == nullptr)
        return "";
    REQUIRE_MESSAGE(problems->size() == 1, format(*problems));
    return std::to_string(problems->front().line) + " " + problems->front().message;
}

TEST_CASE("a derived type has all of its base in the same places") {
    const auto schema = make(R"x(
policy vsg_policy < ctx.user != null >
message VSG::vsg_policy (ServiceInstance) {
    option plural = "vsgs";
    option owner_class_name = "VSGService";
    optional string mac = 1 [unique = True];
}
message VSGService (Service) { optional int32 size = 1; }
)x");
    const Type& base = *schema->find_type("ServiceInstance");
    const Type& vsg = *schema->find_type("vsg.VSG");
    CHECK(vsg.base == base.id);
    CHECK(vsg.lineage == std::vector<TypeId>{vsg.id, base.id});
    CHECK(base.leaves == std::vector<TypeId>{base.id, vsg.id});
    CHECK(vsg.find_field_index("owner") == base.find_field_index("owner"));
    CHECK(vsg.fields.size() == base.fields.size() + 1);
    CHECK(vsg.find_relation("ports")->via == schema->find_type("Port")->id);
    CHECK(vsg.owner_class_name == "VSGService");
    CHECK(schema->is_a(vsg.id, base.id));
    CHECK(!schema->is_a(base.id, vsg.id));
    REQUIRE(vsg.policies.size() == 2);
    CHECK(schema->policy(vsg.policies[0]).name == "vsg_policy");
    CHECK(schema->policy(vsg.policies[1]).name == "base_policy");
    REQUIRE(vsg.validators.size() == 1);
    CHECK(vsg.validators[0].message == "{obj.name} is no name, not even here");
    CHECK(vsg.find_field("name")->write_policy == base.find_field("name")->write_policy);
    CHECK(schema->find_plural("vsg", "vsgs") == &vsg);
    CHECK(schema->find_type("VSGService")->keys.size() == 1);
    CHECK(schema->find_type("VSGService")->natural_key.size() == 1);
    CHECK(schema->find_type("VSGService")->find_relation("service_instances") != nullptr);
}

TEST_CASE("a field may be declared again with the same type only") {
    const auto schema = make("message A (ServiceInstance) { required string name = 1; }");
    const Type& a = *schema->find_type("A");
    CHECK(a.find_field("name")->required);
    CHECK(a.find_field("name")->write_policy.has_value());
    CHECK(mistake("message A (ServiceInstance) { optional int32 name = 1; }") ==
          "1 a base of \"A\" has \"name\" with another type");
    CHECK(mistake("message A { optional string deleted = 1; }") ==
          "1 a base of \"A\" has \"deleted\" with another type");
    CHECK(mistake("message A { optional string name = 1; optional string name = 2; }") ==
          "1 \"A\" has a field \"name\" already");
}

TEST_CASE("bases that cannot be are refused") {
    CHECK(mistake("message A (B) {}\nmessage B (A) {}") ==
          "2 \"B\" is its own base, by way of \"A\"");
    CHECK(mistake("message A (ServiceInstance, Service) {}") ==
          "1 only one base may have fields: \"A\" has those of \"ServiceInstance\" and "
          "\"Service\"");
    CHECK(mistake("message A (ServiceInstnce) {}") ==
          "1 there is no type \"ServiceInstnce\", did you mean \"ServiceInstance\"?");
    CHECK(mistake("message M { option abstract = True; }\nmessage A (M, ServiceInstance) {}") ==
          "");
}

TEST_CASE("names of two services do not meet, and core's can be used by all") {
    const auto schema = make(R"x(
message Port { optional manytoone user->User:vsgports = 1; }
message Door { optional manytoone port->Port:doors = 1; optional manytoone old->core.Port:doors = 2; }
)x");
    CHECK(schema->find_type("Port") == nullptr);
    const Type& door = *schema->find_type("Door");
    CHECK(door.find_field("port")->target == schema->find_type("vsg.Port")->id);
    CHECK(door.find_field("old")->target == schema->find_type("core.Port")->id);
}

TEST_CASE("published ways of writing are taken") {
    const auto schema = make(R"x(
syntax = "proto2";
package xos;
import "google/protobuf/descriptor.proto";
option name = "vsg";
option app_label = "vsg";
option (xos.gui).hidden = true;
option java_package = "org.opencord";

enum Color { RED = 0; GREEN = 1; }

// A comment
message Point {
    /* another */
    required int64 id = 1;
    repeated string names = 2;
    optional Color color = 3;
    optional Inner inner = 4;
    map<string, string> labels = 5;
    message Inner { optional string a = 1; }
    oneof either { string left = 6; bool right = 7; }
    extensions 100 to 199;
}
message Thing (XOSBase, PlModelMixIn) {
    option validators = "thing_name:Name is wrong, really, thing_size:Too big";
    option custom_python = True;
    optional string name = 1 [null = True, blank = True, db_index = False, max_length = 200, varchar = False];
    required bool on = 2 [default = True, null = False];
    required string made = 3 [auto_now_add = True, content_type = "date", max_length = 200];
    required manytoone owner->Service:things = 4:1001 [db_index = True, default = get_first_service];
    onetoone twin->Point:twin = 5:1001;
    onetomany parts->Part:thing = 6:1002;
}
message Part { required string name = 1 [tosca_key = True]; }
policy thing_name < obj.name != "x" & (ctx.write_access -> obj.owner.id > 3) >
policy thing_size < obj.parts.all() >
)x");
    const Type& thing = *schema->find_type("Thing");
    CHECK(thing.validators.size() == 2);
    CHECK(thing.validators[0].message == "Name is wrong, really");
    CHECK(thing.find_field("owner")->default_function == DefaultFunction::First);
    CHECK(thing.find_field("twin")->one_to_one);
    CHECK(thing.keys.size() == 1);
    CHECK(thing.find_relation("parts")->target == schema->find_type("Part")->id);
    CHECK(schema->find_type("Part")->find_field("thing")->target == thing.id);
    const Type& point = *schema->find_type("Point");
    CHECK(point.find_field("names")->type == FieldType::Json);
    CHECK(point.find_field("color")->choices.size() == 2);
    CHECK(point.find_field("inner")->type == FieldType::Json);
    CHECK(point.find_field("labels")->type == FieldType::Map);
    CHECK(point.find_field("right")->type == FieldType::Bool);
}

TEST_CASE("options that do not fit are mistakes") {
    CHECK(mistake("message A { optional bool b = 1 [max_length = 3]; }") ==
          "1 \"max_length\" is for a string or date, \"b\" is a bool");
    CHECK(mistake("message A { required manytoone u->User:as = 1 [on_delete = clear]; }") ==
          "1 a required link cannot have on_delete = clear");
    CHECK(mistake("message A { optional manytoone u->User:as = 1 [on_delete = cascde]; }") ==
          "1 on_delete is protect, cascade or clear, did you mean \"cascade\"?");
    CHECK(mistake("message A { optional string s = 1 [secret = True, unique = True]; }") ==
          "1 a secret cannot be a key or have an index");
    CHECK(mistake("message A { optional string s = 1 [choices = \"vm, container\"]; }") ==
          "1 choices are written \"(('value', 'Label'), …)\"");
    CHECK(mistake("message A { optional int32 n = 1 [default = 5, max_value = 4]; }") ==
          "1 the default is outside of the field's range");
    CHECK(mistake("message A { optional manytoone u->User:name = 1; }") ==
          "1 \"User\" has a field or link \"name\" already");
    CHECK(mistake("message A { optional manytomany u->User/Thruogh:as = 1; }\nmessage Through { "
                  "required manytoone a->A = 1; required manytoone u->User = 2; }") ==
          "1 there is no type \"Thruogh\", did you mean \"Through\"?");
    CHECK(mistake("message A { option grant = True; }") ==
          "1 there is no message option \"grant\", did you mean \"grants\"?");
    CHECK(mistake("message A::p {}\npolicy p < ctx.create | *p(obj) >") ==
          "2 policy \"p\" asks itself about the same object");
}

TEST_CASE("content and actions bring their bookkeeping along") {
    const auto schema = make("message A { option content = True; option actions = \"reboot\"; }");
    const Type& a = *schema->find_type("A");
    CHECK(a.find_field("content_size")->field_class == FieldClass::Bookkeeping);
    CHECK(a.find_field("reboot_requested")->type == FieldType::Int);
    CHECK(a.actions == std::vector<std::string>{"reboot"});
}

}  // namespace
}  // namespace xos::schema
