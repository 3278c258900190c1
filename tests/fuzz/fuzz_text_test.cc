// The readers of text that comes from outside: each random text is read, and written back means the
// same, or is refused with a place. The modules' own tests damage small samples; here are the real
// files, words that mean something, and as many steps as one likes.
#include "base/json.h"
#include "base/text.h"
#include "base/yaml.h"
#include "client/watch.h"
#include "core/models/core_models.h"
#include "http/url.h"
#include "mutator.h"
#include "schema/manifest.h"
#include "schema/print.h"
#include "supervisor/message.h"

#include <doctest/doctest.h>

#include <functional>

namespace xos::fuzz {
namespace {

/// Damages one of `samples` again and again for `read`.
void fuzz(const std::vector<std::string>& samples, std::vector<std::string> words,
          const std::function<void(const std::string&)>& read) {
    Mutator mutator(seed(), std::move(words));
    for (std::size_t step = 0; step < steps(1000); ++step) {
        CAPTURE(step);
        const std::string text = mutator.mutate(mutator.pick(samples));
        CAPTURE(text);
        const Deadline deadline(text);
        read(text);
    }
}

std::shared_ptr<const schema::Schema> core_schema() {
    return std::get<0>(schema::Schema::build(core::core_models()));
}

TEST_CASE("JSON") {
    const std::vector<std::string> samples = {
        R"({"name":"a","n":[1,-2.5e3,true,null],"o":{"deep":[[[{"x":"\u00e9\ud83d\ude00"}]]]}})",
        R"({"operations":[{"op":"create","type":"core/sites","as":"s","fields":{"name":"x"}}]})",
        R"([0,0.1,1e308,9007199254740993,-9223372036854775808,18446744073709551615])"};
    fuzz(samples, {R"("name":)", R"(\u0000)", R"(\ud800)", "1e-400", "[[[[[[[[", "{\"a\":"},
         [](const std::string& text) {
             const auto value = Json::parse(text);
             if (!value)
                 return;
             const auto again = Json::parse(value->format());
             REQUIRE_MESSAGE(again, again.error().message());
             CHECK(*again == *value);
             CHECK(Json::parse(value->format_pretty()).has_value());
         });
}

TEST_CASE("YAML") {
    const std::vector<std::string> samples = {source("recipes/two-tier.yaml"),
                                              source("recipes/local-cloud.yaml"),
                                              source("services/local/service.yaml")};
    fuzz(samples, {"&a ", "*a", "<<: *a", "!!str ", "|-\n", ">+2\n", "--- ", "%YAML 1.2\n", "? "},
         [](const std::string& text) {
             const auto node = Yaml::parse(text);
             if (node)
                 CHECK(Json::parse(node->to_json().format()).has_value());
             else
                 CHECK(!node.error().message().empty());
         });
}

TEST_CASE("manifests") {
    const auto schema = core_schema();
    fuzz(
        {source("services/local/service.yaml")},
        {"observes:", "select: ", "reads: [", "core.Instance", "needs:", "drift: {poll: 1s}",
         "privileged: true", "deadline: 99999999999h", "actuator: {exec: a}", "by: obj.slice"},
        [&](const std::string& text) {
            const auto parsed = schema::parse_manifest("service.yaml", text);
            if (const auto* problems = std::get_if<schema::Problems>(&parsed))
                CHECK(!schema::format(*problems).empty());
            else
                schema::format(schema::check_manifest(std::get<schema::Manifest>(parsed), *schema));
        });
}

TEST_CASE("expressions of every type") {
    const auto schema = core_schema();
    const std::vector<std::string> samples = {
        "name = 'a' & site.login_base != null | not enabled",
        "exists SlicePrivilege: SlicePrivilege.slice = obj & SlicePrivilege.user = ctx.user",
        "forall Port: Port.instance = obj -> Port.ip != null",
        "*admin_policy(obj.site) | ctx.user.is_admin",
        "max_instances >= 3 & max_instances < 1e3 & slice.id in (1, 2)",
        "obj.networkslices.network.template.name = \"x\""};
    std::vector<std::string> words = {"not ",     "exists ", "forall ",  " -> ",
                                      " in ",     "obj.",    "ctx.user", "*admin_policy(",
                                      "((((((((", "null",    "''"};
    for (const schema::Type& type : schema->types()) {
        words.push_back(type.name);
        for (const schema::Field& field : type.fields)
            words.push_back("." + field.name);
    }
    std::size_t next = 0;
    fuzz(samples, words, [&](const std::string& text) {
        using Scope = schema::Schema::Scope;
        const schema::Type& type = schema->types()[next++ % schema->types().size()];
        const Scope scope{.self = type.id,
                          .names = next % 2 == 0 ? Scope::Names::Bare : Scope::Names::WithObj,
                          .other = {},
                          .file = "q"};
        const auto parsed = schema->parse_expression(text, scope);
        if (const auto* problems = std::get_if<schema::Problems>(&parsed))
            CHECK(!schema::format(*problems).empty());
    });
}

TEST_CASE("models print as they read") {
    std::vector<std::string> samples;
    for (const schema::Source& model : core::core_models())
        samples.push_back(model.text);
    for (const char* name : {"rcord.xproto", "exampleservice.xproto", "plain.proto"})
        samples.push_back(source(std::string("tests/models/") + name));
    fuzz(samples,
         {"message X (XOSBase) {", "manytoone ", "optional string a = 1 [", "policy p <",
          "->Slice:x", "default = ", "}\n}", "group G = 1 {", "oneof o {", "map<string, X> ",
          "exists A as b: ", "*(obj.a)", "{{ a > b }}", "[(x).y = {", "reserved 1 to max;"},
         [](const std::string& text) {
             const auto once = schema::print({.file = "x.xproto", .app = "x", .text = text});
             if (const auto* printed = std::get_if<std::string>(&once)) {
                 const auto again =
                     schema::print({.file = "x.xproto", .app = "x", .text = *printed});
                 REQUIRE(again.index() == once.index());
                 CHECK(std::get<std::string>(again) == *printed);
             } else {
                 CHECK(!schema::format(std::get<schema::Problems>(once)).empty());
             }
         });
}

TEST_CASE("messages to and from the supervisor") {
    using namespace supervisor;
    const std::vector<std::string> samples = {
        encode(StartService{.name = "a", .service_dir = "/s", .data_dir = "/d", .url = "http://x"}),
        encode(StopService{"a"}),
        encode(ServiceState{.name = "a", .message = "m", .log = {"l", "k"}})};
    fuzz(samples, {}, [](const std::string& text) {
        if (const auto message = decode(text))
            CHECK(decode(encode(*message)).has_value());
    });
}

TEST_CASE("events of a watch") {
    const std::string object = R"({"type":"core.Slice","object":{"id":3},"changed":["name"]})";
    client::WatchDecoder decoder;
    Mutator names(seed());
    fuzz({object, R"({"type":"core.Slice","id":4})"}, {"\"id\":", "\"revision\":"},
         [&](const std::string& text) {
             static const std::vector<std::string> kKinds = {"put",   "remove", "bookmark",
                                                             "reset", "schema", "x"};
             const auto event = decoder.decode({.id = names.mutate("00112233445566778899-17"),
                                                .event = names.pick(kKinds),
                                                .data = text});
             if (!event)
                 CHECK(!event.error().message().empty());
         });
}

TEST_CASE("small things: times, durations, numbers, queries, positions") {
    fuzz({"2024-02-29T23:59:59.999999Z", "2024-01-01T00:00:00+02:00", "1h30m", "250ms", "-17",
          "a=b&c=%20d+e&f", "00112233-9"},
         {"T", "Z", "+14:00", "99999999999", "0x", "e9", "%zz", "&&", "="},
         [](const std::string& text) {
             if (const auto time = parse_time(text))
                 CHECK(parse_time(format_time(*time)).has_value());
             (void)parse_duration(text);
             (void)parse_int(text);
             (void)http::parse_query(text);
             if (const auto position = client::Position::parse(text))
                 CHECK(client::Position::parse(position->format()).has_value());
         });
}

}  // namespace
}  // namespace xos::fuzz
