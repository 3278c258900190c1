#include "synchronizer/affected.h"

#include "synchronizer/inputs.h"
#include "synchronizer/mirror.h"
#include "synchronizer/testing/fake_api.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

namespace xos::synchronizer {
namespace {

Json object(std::initializer_list<Json::Member> members) {
    return Json(Json::Object(members));
}

struct Fixture {
    FakeApi api;
    Mirror mirror{api.schema()};
    Observations observations;

    Fixture()
        : observations(*Observations::create(
              *api.schema(), "fake",
              {{.type = "Instance",
                .actuator = "fake",
                .reads = {"network.subnet", "network.instances.name", "ports.mac", "slice.name",
                          "parent.parent.slice.networks.name"}}})) {
        receive();
    }

    /// The changes since the last call, each with what it affects.
    std::vector<std::pair<MirrorDelta, std::vector<ObjectId>>> receive() {
        std::vector<std::pair<MirrorDelta, std::vector<ObjectId>>> all;
        for (const auto& event : api.events_since(mirror.position())) {
            const auto delta = mirror.apply(event);
            REQUIRE(delta);
            if (*delta)
                all.emplace_back(
                    **delta, find_affected((*delta)->after->view(), observations, (*delta)->edits));
        }
        return all;
    }
    std::vector<ObjectId> affected() {
        std::vector<ObjectId> ids;
        for (const auto& [delta, some] : receive())
            ids.insert(ids.end(), some.begin(), some.end());
        return ids;
    }
};

TEST_CASE_FIXTURE(Fixture, "who reads a field hears of its change, along links and back") {
    const ObjectId slice = api.create("Slice", object({{"name", "a"}}));
    const ObjectId net = api.create("Network", object({{"name", "n"}, {"owner_id", slice.value}}));
    const ObjectId first =
        api.create("Instance", object({{"name", "1"}, {"network_id", net.value}}));
    const ObjectId second =
        api.create("Instance", object({{"name", "2"}, {"network_id", net.value}}));
    receive();
    api.update(net, object({{"subnet", "10.0.0.0/24"}}));
    CHECK(affected() == std::vector<ObjectId>{first, second});
    api.update(slice, object({{"name", "b"}}));
    CHECK(affected().empty());
    api.update(first, object({{"name", "x"}}));
    CHECK(affected() == std::vector<ObjectId>{first, second});
    api.update(first, object({{"network_id", Json()}}));
    CHECK(affected() == std::vector<ObjectId>{first, second});
    const ObjectId port = api.create("Port", object({{"instance_id", second.value}}));
    CHECK(affected() == std::vector<ObjectId>{second});
    api.remove(port);
    CHECK(affected() == std::vector<ObjectId>{second});
}

TEST_CASE_FIXTURE(Fixture, "what a back-end reports of an object has it not run again") {
    api.own({"Instance"});
    const ObjectId id = api.create("Instance", object({{"name", "1"}}));
    receive();
    client::StatusItem item{.id = id, .goal_revision = api.revision()};
    item.feedback.set("ip", "10.0.0.1");
    api.post({.caught_up = {}, .items = {item}});
    CHECK(affected().empty());
}

// Whatever changes: an object whose inputs come out different is among the affected.
TEST_CASE_FIXTURE(Fixture, "nobody misses a change of what they read") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 dice(seed);
    std::vector<ObjectId> slices, networks, instances, ports;
    const auto any = [&](const std::vector<ObjectId>& ids) {
        const ObjectId id = ids.empty() ? ObjectId{} : ids[dice() % ids.size()];
        return api.has(id) && dice() % 5 != 0 ? Json(id.value) : Json();
    };
    const auto fields = [&](const std::vector<ObjectId>& of) {
        Json all = object({{"name", std::to_string(dice() % 4)}});
        if (&of == &networks) {
            all.set("owner_id", any(slices));
            all.set("subnet", std::to_string(dice() % 4));
        } else if (&of == &instances) {
            all.set("slice_id", any(slices));
            all.set("network_id", any(networks));
            all.set("parent_id", any(instances));
        } else if (&of == &ports) {
            all = object({{"instance_id", any(instances)}, {"mac", std::to_string(dice() % 4)}});
        }
        return all;
    };
    const std::pair<std::vector<ObjectId>*, const char*> kinds[] = {
        {&slices, "Slice"}, {&networks, "Network"}, {&instances, "Instance"}, {&ports, "Port"}};
    for (int step = 0; step < 600; ++step) {
        api.commit_together([&] {
            for (auto changes = dice() % 4 + 1; changes > 0; --changes) {
                const auto& [ids, type] = kinds[dice() % 4];
                const ObjectId id = ids->empty() ? ObjectId{} : (*ids)[dice() % ids->size()];
                if (ids->size() < 12)
                    ids->push_back(api.create(type, fields(*ids)));
                else if (!api.has(id) || dice() % 6 == 0)
                    api.has(id) ? api.remove(id) : void(std::erase(*ids, id));
                else
                    api.update(id, fields(*ids));
            }
        });
        for (const auto& [delta, affected] : receive()) {
            const model::View before = delta.before->view(), after = delta.after->view();
            for (const ObjectId id : instances) {
                const model::Row* then = before.find(id);
                const model::Row* now = after.find(id);
                if (!now)
                    continue;
                const auto& one = observations.all()[0];
                const bool differs = !then || hash_inputs(before, one, *then, "") !=
                                                  hash_inputs(after, one, *now, "");
                if (differs)
                    REQUIRE(std::binary_search(affected.begin(), affected.end(), id));
            }
        }
    }
}

}  // namespace
}  // namespace xos::synchronizer
