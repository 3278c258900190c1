#include "core/models/core_models.h"
#include "schema/print.h"

#include <doctest/doctest.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

namespace xos::core {
namespace {

using schema::FieldType;
using schema::Problems;
using schema::Schema;
using schema::Source;
using schema::Type;

using SchemaPointer = std::shared_ptr<const Schema>;

/// A file of tests/models as the models of a service.
Source model(const std::string& service, const std::string& ending = ".xproto") {
    std::ifstream file(XOS_TEST_MODELS "/" + service + ending);
    std::stringstream text;
    text << file.rdbuf();
    return {.file = service + ending, .app = service, .text = text.str()};
}

std::vector<Source> service_models() {
    std::vector<Source> sources = core_models();
    for (const char* service :
         {"fabric", "vsg", "volt", "rcord", "onos", "kubernetes", "openstack", "exampleservice"})
        sources.push_back(model(service));
    sources.push_back(model("plain", ".proto"));
    return sources;
}

SchemaPointer build(std::vector<Source> sources) {
    auto built = Schema::build(std::move(sources));
    if (const auto* problems = std::get_if<Problems>(&built))
        FAIL(format(*problems));
    return std::get<SchemaPointer>(built);
}

TEST_CASE("service models in the published shapes load beside one another") {
    const auto schema = build(service_models());
    const Type& vsg = *schema->find_type("VSGServiceInstance");
    CHECK(vsg.app == "vsg");
    CHECK(schema->is_a(vsg.id, schema->find_type("core.ServiceInstance")->id));
    CHECK(vsg.find_field("instance") != nullptr);
    CHECK(vsg.find_field("owner")->default_type == schema->find_type("VSGService")->id);
    CHECK(schema->find_type("VSGService")->find_field("filter_kind")->choices.size() == 1);

    const Type& subscriber = *schema->find_type("rcord.Subscriber");
    CHECK(subscriber.validators[0].message ==
          "the tags of {obj.name} are both {obj.c_tag}, really");
    CHECK(subscriber.find_field("creator")->help_text == "Who made it; the base says so as well");
    CHECK(schema->find_type("User")->find_relation("made_subscribers") != nullptr);
    CHECK(subscriber.fields[subscriber.natural_key[0]].name == "onu");

    CHECK(schema->find_type("KubernetesSecret")->find_field("trust_domain") != nullptr);
    CHECK(schema->find_type("Node")->find_relation("openstackinstances") != nullptr);
    CHECK(schema->find_type("OpenStackServiceInstance")->find_field("networks")->type ==
          FieldType::LinkSet);
    CHECK(schema->find_plural("fabric", "switchports") != nullptr);
    REQUIRE(schema->warnings().size() == 1);
    CHECK(schema->warnings()[0].message.find("\"make_something_up\"") != std::string::npos);
}

TEST_CASE("a plain protobuf 2 file is a model") {
    std::vector<Source> sources = core_models();
    sources.push_back(model("plain", ".proto"));
    const auto schema = build(std::move(sources));
    const Type& item = *schema->find_type("plain.Item");
    CHECK(item.find_field("size")->choices.size() == 3);
    CHECK(item.find_field("size")->default_value == schema::Value("LARGE"));
    CHECK(item.find_field("weight")->default_value == schema::Value(-1.5e-3));
    CHECK(item.find_field("signed")->default_value == schema::Value(std::int64_t{-0x7f}));
    CHECK(item.find_field("fixed")->default_value == schema::Value(std::int64_t{15}));
    CHECK(item.find_field("numbers")->type == FieldType::Json);
    CHECK(item.find_field("part")->type == FieldType::Json);
    CHECK(item.find_field("words")->type == FieldType::Map);
    CHECK(item.find_field("parts")->type == FieldType::Json);
    CHECK(item.find_field("old")->type == FieldType::Json);
    CHECK(item.find_field("auction")->type == FieldType::Json);
    CHECK(item.find_field("cents")->type == FieldType::Int);
    CHECK(schema->find_type("Part") == nullptr);
}

TEST_CASE("models in the published shapes print as what they mean") {
    std::vector<Source> printed = service_models();
    for (Source& source : printed) {
        auto text = schema::print(source);
        if (const auto* problems = std::get_if<Problems>(&text))
            FAIL(format(*problems));
        source.text = std::get<std::string>(text);
        CHECK(std::get<std::string>(schema::print(source)) == source.text);
    }
    const auto before = build(service_models()), after = build(printed);
    REQUIRE(after->types().size() == before->types().size());
    for (const Type& type : before->types()) {
        const Type& other = after->type(type.id);
        CHECK(other.name == type.name);
        CHECK(other.relations.size() == type.relations.size());
        REQUIRE(other.fields.size() == type.fields.size());
        for (std::size_t i = 0; i < type.fields.size(); ++i) {
            CHECK(other.fields[i].name == type.fields[i].name);
            CHECK(other.fields[i].type == type.fields[i].type);
            CHECK(other.fields[i].default_value == type.fields[i].default_value);
            CHECK(other.fields[i].default_function == type.fields[i].default_function);
        }
    }
}

}  // namespace
}  // namespace xos::core
