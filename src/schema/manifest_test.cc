#include "schema/manifest.h"

#include "schema/version.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

namespace xos::schema {
namespace {

constexpr const char* kVpn = R"(
name: vpn
version: 1.2.0
maturity: alpha
needs: {xos: ">=1.0", networking: "~1.3"}
privileged: false
models: [models/vpn.xproto]
observes:
  - type: VpnTunnel
    actuator: {playbook: playbooks/tunnel.yaml, batch: 50}
    reads: [instance.ip, instance.slice.name, psk]
    ready_when: "instance.ready & instance.ip"
    after: [{type: Instance, by: "slice = obj.instance.slice"}]
    deadline: 90s
    drift: {poll: 60s, policy: {psk: revert, mtu: adopt}}
  - type: Instance
    select: "slice.name = 'vpn'"
  - type: Slice
    role: follower
    actuator: {exec: bin/slice}
writes: [Instance]
backend: {rate: 20/s, burst: 40, concurrency: 8}
pull: [{plugin: inventory, every: 30s}]
events: [{source: webhook, path: /vpn}, {source: amqp, queue: vpn}]
)";

constexpr const char* kModels = R"x(
message Slice { required string name = 1; }
message Instance { required manytoone slice->Slice:instances = 1; optional string ip = 2; }
message VpnTunnel {
    required manytoone instance->Instance:tunnels = 1;
    optional string psk = 2 [secret = True];
    optional int32 mtu = 3;
}
)x";

std::string mistakes(std::string_view text) {
    const auto parsed = parse_manifest("service.yaml", text);
    std::string out;
    if (const auto* problems = std::get_if<Problems>(&parsed)) {
        for (const Problem& problem : *problems)
            out += std::to_string(problem.line) + ":" + std::to_string(problem.column) + " " +
                   problem.message + "\n";
    }
    return out;
}

Manifest manifest(std::string_view text) {
    auto parsed = parse_manifest("service.yaml", text);
    if (const auto* problems = std::get_if<Problems>(&parsed))
        FAIL(format(*problems));
    return std::get<Manifest>(std::move(parsed));
}

TEST_CASE("a manifest says all about its service") {
    const Manifest vpn = manifest(kVpn);
    CHECK(vpn.name == "vpn");
    CHECK(vpn.maturity == Manifest::Maturity::Alpha);
    CHECK(vpn.needs[1].service == "networking");
    CHECK(vpn.models == std::vector<std::string>{"models/vpn.xproto"});
    REQUIRE(vpn.observes.size() == 3);
    const Manifest::Observes& tunnel = vpn.observes[0];
    CHECK(tunnel.actuator.way == Manifest::Actuator::Way::Playbook);
    CHECK(tunnel.actuator.batch == 50);
    CHECK(tunnel.reads[2].text == "psk");
    CHECK(tunnel.deadline == Duration{90'000});
    CHECK(tunnel.after[0].by.text == "slice = obj.instance.slice");
    CHECK(tunnel.drift.poll == Duration{60'000});
    CHECK(tunnel.drift.fields[1].second == Manifest::DriftPolicy::Adopt);
    CHECK(vpn.observes[1].actuator.name == "instance");
    CHECK(vpn.observes[1].select->line == 17);
    CHECK(vpn.observes[1].select->column == 14);
    CHECK(vpn.observes[2].role == Manifest::Role::Follower);
    CHECK(vpn.backend.rate == 20);
    CHECK(vpn.pull[0].actuator.name == "inventory");
    CHECK(vpn.events[1].address == "vpn");
}

TEST_CASE("unknown keys and wrong values are all reported with their places") {
    CHECK(mistakes("name: VPN\nverion: 1\nobserves:\n  - tpye: A\n    deadline: soon\n"
                   "    actuator: {plugin: a, exec: ../b}\nmodels: x\n") ==
          "1:1 \"version\" is missing\n"
          "1:7 a service's name has at most 30 of a-z, 0-9, _ and -, and starts with a letter\n"
          "2:1 there is no key \"verion\" here, did you mean \"version\"?\n"
          "4:5 \"type\" is missing\n"
          "4:5 there is no key \"tpye\" here, did you mean \"type\"?\n"
          "5:15 expected a time such as 500ms, 60s, 5m or 1h\n"
          "6:15 expected one of plugin, playbook and exec\n"
          "6:33 \"../b\" is not in the service's folder\n"
          "7:9 expected a list\n");
    CHECK(mistakes("- a\n").starts_with("1:1 expected a mapping with the keys name, version"));
    CHECK(mistakes("name: [\n").find("1:7 ") == 0);
    CHECK(mistakes("name: a\nversion: 1\nbackend: {rate: fast}\nneeds: {xos: new}\n") ==
          "3:17 expected calls a second, as in 20/s\n"
          "4:14 expected versions such as >=1.0, ~1.3 or >=1, <3\n");
}

TEST_CASE("a manifest is checked against the types") {
    const auto built = Schema::build({{.file = "vpn.xproto", .app = "vpn", .text = kModels}});
    const Schema& schema = *std::get<0>(built);
    CHECK(check_manifest(manifest(kVpn), schema).empty());
    const Problems problems = check_manifest(manifest(R"(name: vpn
version: 1.0
observes:
  - type: VpnTunel
  - type: VpnTunnel
    reads: [instance.pi, mtu = 3]
    ready_when: "instance.ip & instance.slice = 'a'"
    drift: {policy: {mut: adopt}}
writes: [Instances]
)"),
                                             schema);
    CHECK(format(problems) ==
          "service.yaml:4:11: there is no type \"VpnTunel\", did you mean \"VpnTunnel\"?\n"
          "      - type: VpnTunel\n"
          "              ^\n"
          "service.yaml:6:22: \"Instance\" has no field \"pi\", did you mean \"ip\"?\n"
          "        reads: [instance.pi, mtu = 3]\n"
          "                         ^\n"
          "service.yaml:6:26: \"mtu = 3\" is no path of fields\n"
          "        reads: [instance.pi, mtu = 3]\n"
          "                             ^\n"
          "service.yaml:7:47: cannot compare a link to Slice with a string\n"
          "        ready_when: \"instance.ip & instance.slice = 'a'\"\n"
          "                                                  ^\n"
          "service.yaml:8:22: \"VpnTunnel\" has no field \"mut\", did you mean \"mtu\"?\n"
          "        drift: {policy: {mut: adopt}}\n"
          "                         ^\n"
          "service.yaml:9:10: there is no type \"Instances\", did you mean \"Instance\"?\n"
          "    writes: [Instances]\n"
          "             ^\n");
}

TEST_CASE("a manifest with random damage is read or refused") {
    const auto built = Schema::build({{.file = "vpn.xproto", .app = "vpn", .text = kModels}});
    constexpr std::string_view kSigns = "{}[]:-'\"\n #\xff&*1a";
    std::mt19937_64 random(11);
    for (int i = 0; i < 300; ++i) {
        std::string text = kVpn;
        for (std::size_t n = random() % 4 + 1; n > 0; --n) {
            const std::size_t at = random() % text.size();
            if (random() % 2 == 0)
                text.erase(at, random() % 8);
            else
                text.insert(at, 1, kSigns[random() % kSigns.size()]);
        }
        const auto parsed = parse_manifest("service.yaml", text);
        if (const auto* problems = std::get_if<Problems>(&parsed))
            CHECK(!format(*problems).empty());
        else
            format(check_manifest(std::get<Manifest>(parsed), *std::get<0>(built)));
    }
}

TEST_CASE("versions are in ranges") {
    CHECK(is_in_range("1.2.0", "") == true);
    CHECK(is_in_range("1.2.0", ">=1.0, <2") == true);
    CHECK(is_in_range("2.0.0", ">=1.0, <2") == false);
    CHECK(is_in_range("1.3.9", "~1.3") == true);
    CHECK(is_in_range("1.4.0", "~1.3") == false);
    CHECK(is_in_range("1.9.0", "^1.3") == true);
    CHECK(is_in_range("2.0.0-dev", "^1.3") == false);
    CHECK(is_in_range("1.10.0", ">1.9.5") == true);
    CHECK(!is_in_range("1.0", "latest"));
    CHECK(!is_in_range("one", ">1"));
    CHECK(!is_version("1.2.3.4"));
    CHECK(!is_version("1..2"));
    CHECK(is_version("1.2.3-alpha.1"));
}

}  // namespace
}  // namespace xos::schema
