#include "kernel/invariants.h"

#include "kernel/testing/running_kernel.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace xos::kernel {
namespace {

constexpr std::string_view kModel = R"x(
message User { required string email = 1 [tosca_key = True]; required bool is_admin = 2 [default = False];
               required bool is_active = 3 [default = True]; }
message Service { required string name = 1; }
message Site { required string name = 1; required bool open = 2 [default = True]; }
policy open_site < obj.site.open >
policy no_big < forall Instance: Instance.slice = obj -> Instance.size <= obj.most >
policy has_address < not (obj.ip = "") & obj.ip != null >
message Slice {
    option invariants = "open_site: {obj.name} is at the closed site {obj.site.name}, no_big: {obj.name} has an instance above {obj.most}";
    required string name = 1;
    required manytoone site->Site:slices = 2;
    required int32 most = 3 [default = 5];
}
message BigSlice (Slice) { optional string color = 1; }
message Instance {
    option invariants = "has_address: {obj.name} has no address";
    required string name = 1;
    required manytoone slice->Slice:instances = 2 [on_delete = cascade];
    required int32 size = 3 [default = 1];
    optional string ip = 4 [feedback_state = True];
}
)x";

TEST_CASE("an invariant is checked when an object that it reads changes") {
    RunningKernel kernel(kModel);
    const ObjectId site = kernel.make("Site", {{"name", "here"}});
    const ObjectId slice = kernel.make("BigSlice", {{"name", "web"}, {"site", site}});
    const auto refusal = [&](const Operation& operation) {
        auto result = kernel.commit({operation});
        return result ? "" : result.error().message();
    };
    CHECK(refusal(kernel.update("Site", site, {{"open", false}})) ==
          "big slice \"web\": web is at the closed site here");
    CHECK(refusal(kernel.create("Instance",
                                {{"name", "a"}, {"slice", slice}, {"size", std::int64_t{6}}})) ==
          "big slice \"web\": web has an instance above 5");
    const ObjectId instance =
        kernel.make("Instance", {{"name", "a"}, {"slice", slice}, {"size", std::int64_t{4}}});
    CHECK(refusal(kernel.update("BigSlice", slice, {{"most", std::int64_t{3}}})) != "");
    CHECK(refusal(kernel.update("Instance", instance, {{"size", std::int64_t{7}}})) != "");
    CHECK(refusal(kernel.remove("Instance", instance)) == "");
    CHECK(refusal(kernel.update("BigSlice", slice, {{"most", std::int64_t{3}}})) == "");
}

TEST_CASE("an invariant over feedback is reported and never refuses") {
    RunningKernel kernel(kModel);
    const ObjectId site = kernel.make("Site", {{"name", "here"}});
    const ObjectId slice = kernel.make("Slice", {{"name", "web"}, {"site", site}});
    const ObjectId instance = kernel.make("Instance", {{"name", "a"}, {"slice", slice}});
    const auto broken = broken_invariants(kernel.view());
    REQUIRE(broken.size() == 1);
    CHECK(broken[0].object == instance);
    CHECK(broken[0].rule == "has_address");
    CHECK(broken[0].message == "a has no address");
}

/// Whatever is committed leaves no invariant broken, and whatever is refused would have.
TEST_CASE("random changes keep what a full recount says") {
    RunningKernel kernel(kModel);
    std::mt19937 random(20261125);
    const auto below = [&](std::size_t bound) { return random() % bound; };
    std::vector<ObjectId> sites, slices, instances;
    for (const char* name : {"a", "b", "c"})
        sites.push_back(kernel.make("Site", {{"name", name}}));
    for (const char* name : {"k", "l", "m", "n"})
        slices.push_back(kernel.make("Slice", {{"name", name}, {"site", sites[0]}}));
    std::size_t refused = 0;
    for (int step = 0; step < 600; ++step) {
        CAPTURE(step);
        std::vector<Operation> operations;
        for (std::size_t i = below(3) + 1; i > 0; --i) {
            const auto size = static_cast<std::int64_t>(below(8));
            switch (instances.empty() ? 0 : below(5)) {
                case 0:
                    operations.push_back(kernel.create(
                        "Instance", {{"name", "i"}, {"slice", slices[below(4)]}, {"size", size}}));
                    break;
                case 1:
                    operations.push_back(
                        kernel.update("Site", sites[below(3)], {{"open", below(3) > 0}}));
                    break;
                case 2:
                    operations.push_back(kernel.update(
                        "Slice", slices[below(4)], {{"site", sites[below(3)]}, {"most", size}}));
                    break;
                case 3:
                    operations.push_back(
                        kernel.update("Instance", instances[below(instances.size())],
                                      {{"slice", slices[below(4)]}, {"size", size}}));
                    break;
                default:
                    operations.push_back(
                        kernel.remove("Instance", instances[below(instances.size())]));
            }
        }
        refused += kernel.commit(std::move(operations)).has_value() ? 0 : 1;
        instances.clear();
        kernel.view().for_each(kernel.type("Instance").id, [&](const model::Row& row) {
            instances.push_back(row.id());
            return true;
        });
        for (const Violation& violation : broken_invariants(kernel.view()))
            CHECK(violation.rule == "has_address");
    }
    CHECK(refused > 50);
    CHECK(refused < 550);
}

}  // namespace
}  // namespace xos::kernel
