#include "synchronizer/service.h"

#include "base/file.h"
#include "base/testing/temporary_directory.h"

#include <doctest/doctest.h>

namespace xos::synchronizer {
namespace {

using namespace std::chrono_literals;

Result<Service> load(std::string_view text) {
    const TemporaryDirectory dir;
    TRY(write_file(dir / "service.yaml", text));
    return load_service(dir.path());
}

TEST_CASE("a manifest says what to observe, how, and how hard to work") {
    const auto service = load(R"(
name: vpn
version: 1.2.0
observes:
  - type: VpnTunnel
    select: "instance.ip"
    actuator: {plugin: tunnel}
    reads: [instance.ip, psk]
    ready_when: "instance.ready"
    after: [{type: ControllerNetwork, by: "network in obj.instance.slice.networks"}]
    deadline: 20s
    drift: {poll: 30s, policy: {psk: revert}}
  - type: Site
    role: follower
backend: {rate: 20/s, burst: 40, concurrency: 3}
)");
    REQUIRE_MESSAGE(service, service.error().message());
    CHECK(service->name == "vpn");
    CHECK(service->version == "1.2.0");
    CHECK(service->workers == 3);
    CHECK(service->budget.rate == 20);
    CHECK(service->budget.burst == 40);
    CHECK(service->scan_every == 30s);
    REQUIRE(service->observes.size() == 2);
    const ObservationSource& tunnel = service->observes[0];
    CHECK(tunnel.type == "VpnTunnel");
    CHECK(tunnel.actuator == "tunnel");
    CHECK(tunnel.select == "instance.ip");
    CHECK(tunnel.reads == std::vector<std::string>{"instance.ip", "psk"});
    CHECK(tunnel.ready_when == "instance.ready");
    REQUIRE(tunnel.after.size() == 1);
    CHECK(tunnel.after[0].type == "ControllerNetwork");
    CHECK(tunnel.deadline == 20s);
    CHECK(service->observes[1].role == ObservationSource::Role::Follower);
}

TEST_CASE("what a synchronizer cannot do is refused, not left out") {
    for (const char* more :
         {"observes: [{type: Site, actuator: {exec: bin/x}}]",
          "observes: [{type: Site, drift: {policy: {name: adopt}}}]",
          "pull: [{plugin: inventory, every: 30s}]", "events: [{source: webhook, path: /vpn}]"}) {
        const auto service = load("name: vpn\nversion: 1.2.0\n" + std::string(more) + "\n");
        REQUIRE_MESSAGE(!service, more);
        CHECK(service.error().message().find("nothing that a synchronizer can do") !=
              std::string::npos);
    }
    CHECK(load_service("/nonexistent").error().code() == ErrorCode::NotFound);
}

}  // namespace
}  // namespace xos::synchronizer
